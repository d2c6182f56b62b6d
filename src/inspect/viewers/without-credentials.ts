/** What ends the part of a URL that may name a user. Splitting by it takes time in proportion to the text. */
const ends = /([\s/?#\\]+)/;
const slashes = /^[/\\]+$/;
const twoSlashes = /[/\\]{2}$/;
/** The schemes that browsers read with any number of slashes, none too. */
const slashless = /(?:https?|wss?|ftp):/i;

/** The text with the names and passwords of users taken out of its URLs. */
export function withoutCredentials(text: string): string {
  if (!text.includes('@')) return text;
  const parts = text.split(ends);
  const cleaned = parts.map((part, index) => cleanPart(part, parts, index)).join('');
  // A URL by itself may hold blanks, and tabs within its scheme, which only a parser sees through.
  if (!cleaned.includes('@') || !URL.canParse(cleaned)) return cleaned;
  const url = new URL(cleaned);
  if (url.username === '' && url.password === '') return cleaned;
  url.username = '';
  url.password = '';
  return url.href;
}

function cleanPart(part: string, parts: readonly string[], index: number): string {
  const at = part.lastIndexOf('@');
  if (at === -1) return part;
  const between = parts[index - 1] ?? '';
  const before = parts[index - 2] ?? '';
  if (twoSlashes.test(between) || (slashes.test(between) && before.endsWith(':'))) return part.slice(at + 1);
  const scheme = slashless.exec(part);
  if (scheme === null || scheme.index > at) return part;
  return part.slice(0, scheme.index + scheme[0].length) + part.slice(at + 1);
}
