/** Longer texts are cut: nobody reads on, and a hostile peer may send megabytes. */
const MAX_CHARACTERS = 2000;

// Written as escapes, for nobody can see them: ANSI sequences; then every control, format, private, unassigned and
// surrogate character (bidirectional marks among them) and every white space.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ANSI = /[\u001b\u009b]\[?[0-9;:<=>?]*[ -/]*[@-~]/g;
const UNPRINTABLE = /[\p{C}\s]+/gu;
const CREDENTIALS = /\/\/[^\s/@]{1,500}@/g;

/**
 * Makes text that came from elsewhere (a peer, a file, an error) safe to show in a terminal, a log or a page: one line, no
 * control characters or bidirectional marks, no credentials of a URL, and at most `max` characters.
 */
export function safeText(text: string, max: number = MAX_CHARACTERS): string {
  // Cut first, with room for what is taken out, so that 50 MB cost no more than a page.
  const line = text
    .slice(0, 4 * max)
    .replace(ANSI, ' ')
    .replace(UNPRINTABLE, ' ')
    .replace(CREDENTIALS, '//…@')
    .trim();
  return line.length > max ? `${line.slice(0, max - 1)}…` : line;
}
