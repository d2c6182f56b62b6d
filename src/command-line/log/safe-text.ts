/** Longer texts are cut: a log is read by people, and nothing we have to say is this long. */
const MAX_CHARACTERS = 4096;

const HIDDEN = '***';

/**
 * A text as it may be shown, whoever wrote it: on one line, with nothing that a terminal obeys, and with no credentials
 * of any URL. Where that is not clear it hides too much rather than too little: a text with an `@` is seldom plain.
 */
export function safeText(text: string, most: number = MAX_CHARACTERS): string {
  // Hidden before it is cut, for a URL without its `@` no longer looks like one with credentials.
  const line = withoutCredentials(shortened(text, MAX_CHARACTERS).replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' '));
  return shortened(line.trim(), most);
}

/** Every string in a value out of JSON made safe, the names of its fields too. */
export function safeValue(value: unknown): unknown {
  if (typeof value === 'string') return safeText(value);
  if (Array.isArray(value)) return value.map(safeValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [safeText(name), safeValue(held)]));
}

/** As URLs are read, to the last `@` before the path. They may hold spaces, and begin with no slash or with many. */
const READ = /(:[\s\\/]*|[\\/]{2,})[^/?#]*@/g;
/** As they are written by mistake: a password with a slash or a question mark in it. */
const MISTAKEN = /(:[\\/]*)\S*@/g;
/** Somebody else cut the text before the `@`. */
const CUT = /(:[\\/]+)[^\s/?#@\\]*…/g;
/** No URL of a peer has a query; those of others carry tokens there. */
const QUERY = /([a-z][a-z0-9+.-]*:[\\/]+[^\s?#]*)[?#][^\s"'<>)]+/gi;

function withoutCredentials(text: string): string {
  return (
    text
      .replace(READ, `$1${HIDDEN}@`)
      .replace(MISTAKEN, `$1${HIDDEN}@`)
      // Without the question mark that was in its password, there may be a user before it.
      .replace(READ, `$1${HIDDEN}@`)
      .replace(CUT, `$1${HIDDEN}…`)
      .replace(QUERY, `$1?${HIDDEN}`)
  );
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')}…` : text;
}
