/** Longer texts are cut: nobody reads further, and a hostile peer may send megabytes. */
const MAX_CHARACTERS = 2000;

const HIDDEN = '***';

/** Most texts: printable, single spaces between words, and no character by which a URL may hold a secret. */
const PLAIN = /^(?:[!"$->A-~]+(?: [!"$->A-~]+)*)?$/;

// ANSI sequences; then every control, format, private, unassigned and surrogate character (including bidirectional marks) and
// all white space. Escaped, because the characters are invisible.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the regular expression must match them
const ANSI = /[\u001b\u009b]\[?[0-9;:<=>?]*[ -/]*[@-~]/g;
const UNPRINTABLE = /[\p{C}\s]+/gu;

/**
 * Makes text that came from elsewhere (a peer, a file, an error) safe to show in a terminal, a log or a page: one line, no
 * control characters or bidirectional marks, no URL credentials or queries, and at most `max` characters. If it is unclear what
 * belongs to a URL, it hides too much rather than too little. Takes time proportional to `max`.
 */
export function safeText(text: string, max: number = MAX_CHARACTERS): string {
  if (text.length <= max && PLAIN.test(text)) return text;
  // Cut first, leaving room for what is removed, so that 50 MB cost no more than a page.
  const line = hideSecrets(
    text
      .slice(0, 4 * max)
      .replace(ANSI, ' ')
      .replace(UNPRINTABLE, ' ')
      .trim(),
  );
  return line.length > max ? `${line.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…` : line;
}

/** Makes every string in a JSON value safe, including field names. */
export function safeValue(value: unknown): unknown {
  if (typeof value === 'string') return safeText(value);
  if (Array.isArray(value)) return value.map(safeValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [safeText(name), safeValue(held)]));
}

/** Characters at which the parts of a URL begin and end. */
const SIGNS = /:[ \\/]*|[\\/]+|[@?# "'<>)]/g;

interface Secret {
  readonly from: number;
  readonly to: number;
  readonly shown: string;
}

/**
 * Reads URLs in two ways at once, and hides what either takes for credentials. As parsers do: from a colon (with any slashes or
 * spaces) or two slashes up to the last `@` before a slash, `?` or `#`. As in URLs with an unescaped `/`, `?` or `#` in the
 * password: from a colon up to the last `@` before a space.
 */
function hideSecrets(line: string): string {
  const secrets: Secret[] = [];
  /** Where credentials would begin, in either reading, if an `@` follows; -1: nowhere. */
  let parsed = -1;
  let mistaken = -1;
  let parsedBefore = -1;
  let isUrl = false;
  let query = -1;
  const hide = (from: number, to: number, shown: string): void => {
    while ((secrets.at(-1)?.from ?? -1) >= from) secrets.pop();
    secrets.push({ from, to, shown });
  };
  const endQuery = (at: number): void => {
    if (query < 0) return;
    if (at > query + 1) hide(query, at, `?${HIDDEN}`);
    query = -1;
    isUrl = false;
  };

  for (const { 0: sign, index } of line.matchAll(SIGNS)) {
    const end = index + sign.length;
    if (sign.includes('/') || sign === '?' || sign === '#') parsed = -1;
    if (parsed < 0 && (sign.startsWith(':') || /^[\\/]{2}/.test(sign))) parsed = end;
    if (sign.startsWith(':')) {
      isUrl ||= /^:[\\/]/.test(sign);
      if (mistaken < 0) {
        mistaken = end;
        parsedBefore = parsed;
      }
    }
    if ((sign === '?' || sign === '#') && isUrl && query < 0) query = index;
    if (sign === '@') {
      const starts = [parsed, mistaken, mistaken < 0 ? -1 : parsedBefore].filter((start) => start >= 0);
      if (starts.length === 0) continue;
      parsed = Math.min(...starts);
      hide(parsed, index, HIDDEN);
      query = -1;
    }
    if (/[ "'<>)]/.test(sign)) endQuery(index + sign.search(/[ "'<>)]/));
    if (sign.includes(' ')) {
      mistaken = -1;
      isUrl = false;
    }
  }
  endQuery(line.length);

  let shown = '';
  let done = 0;
  for (const secret of secrets) {
    shown += line.slice(done, secret.from) + secret.shown;
    done = secret.to;
  }
  return shown + line.slice(done);
}
