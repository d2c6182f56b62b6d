import leven from 'leven';

/** The entries of `known` closest to a mistyped one, if they differ by at most a third of their length. */
function nearest(
  typed: string,
  known: readonly string[],
  plain: (text: string) => string,
): readonly string[] {
  const near = known
    .map((one) => ({ one, edits: leven(plain(typed), plain(one)), max: plain(one).length / 3 }))
    .filter(({ edits, max }) => edits <= Math.max(1, Math.floor(max)));
  const fewest = Math.min(...near.map(({ edits }) => edits));
  return near.filter(({ edits }) => edits === fewest).map(({ one }) => one);
}

/** The URLs closest to a mistyped one. The scheme is ignored. */
export function nearUrls(typed: string, urls: readonly string[]): readonly string[] {
  return nearest(typed, urls, (url) => url.replace(/^[^/]*\/\//, ''));
}

/** `; did you mean pageLimit?` if one of the names is close enough, ignoring case and separators; else ''. */
export function suggestion(name: string, known: readonly string[]): string {
  const [near] = nearest(name, known, (text) => text.replace(/[-_\s]/g, '').toLowerCase());
  return near === undefined ? '' : `; did you mean ${near}?`;
}
