/** Longer texts are cut: nobody reads on, and a hostile peer may send megabytes. */
const MAX_CHARACTERS = 2000;

const HIDDEN = '***';

/** What most texts are: printable, single blanks between words, and no sign by which a URL may hold a secret. */
const PLAIN = /^(?:[!"$->A-~]+(?: [!"$->A-~]+)*)?$/;

// Written as escapes, for nobody can see them: ANSI sequences; then every control, format, private, unassigned and
// surrogate character (bidirectional marks among them) and every white space.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ANSI = /[\u001b\u009b]\[?[0-9;:<=>?]*[ -/]*[@-~]/g;
const UNPRINTABLE = /[\p{C}\s]+/gu;

/**
 * Makes text that came from elsewhere (a peer, a file, an error) safe to show in a terminal, a log or a page: one line, no
 * control characters or bidirectional marks, no credentials and no query of a URL, and at most `max` characters. Where it is
 * not clear what belongs to a URL it hides too much rather than too little. Takes time in proportion to `max`.
 */
export function safeText(text: string, max: number = MAX_CHARACTERS): string {
  if (text.length <= max && PLAIN.test(text)) return text;
  // Cut first, with room for what is taken out, so that 50 MB cost no more than a page.
  const line = hideSecrets(
    text
      .slice(0, 4 * max)
      .replace(ANSI, ' ')
      .replace(UNPRINTABLE, ' ')
      .trim(),
  );
  return line.length > max ? `${line.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…` : line;
}

/** Every string in a value out of JSON made safe, the names of its fields too. */
export function safeValue(value: unknown): unknown {
  if (typeof value === 'string') return safeText(value);
  if (Array.isArray(value)) return value.map(safeValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [safeText(name), safeValue(held)]));
}

/** Where the parts of a URL begin and end. */
const SIGNS = /:[ \\/]*|[\\/]+|[@?# "'<>)]/g;

interface Secret {
  readonly from: number;
  readonly to: number;
  readonly shown: string;
}

/**
 * URLs are read in two ways at once, and what either takes for credentials is hidden. As parsers read them: from a colon (with
 * any slashes or blanks) or two slashes up to the last `@` before a slash, `?` or `#`. As they are written by mistake, with such
 * a sign in the password: from a colon up to the last `@` before a blank.
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
