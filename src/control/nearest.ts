import leven from 'leven';

/** Those of `known` that a mistyped one may stand for: they differ least, and by at most a third of their length. */
function nearest(
  typed: string,
  known: readonly string[],
  plain: (text: string) => string,
): readonly string[] {
  const near = known
    .map((one) => ({ one, edits: leven(plain(typed), plain(one)), most: plain(one).length / 3 }))
    .filter(({ edits, most }) => edits <= Math.max(1, Math.floor(most)));
  const fewest = Math.min(...near.map(({ edits }) => edits));
  return near.filter(({ edits }) => edits === fewest).map(({ one }) => one);
}

/** The URLs that a mistyped one may stand for. The scheme counts for nothing. */
export function nearUrls(typed: string, urls: readonly string[]): readonly string[] {
  return nearest(typed, urls, (url) => url.replace(/^[^/]*\/\//, ''));
}

/** `; did you mean pageLimit?` where one of the names is close enough to be meant, however it is spelt; else ''. */
export function suggestion(name: string, known: readonly string[]): string {
  const [near] = nearest(name, known, (text) => text.replace(/[-_\s]/g, '').toLowerCase());
  return near === undefined ? '' : `; did you mean ${near}?`;
}
