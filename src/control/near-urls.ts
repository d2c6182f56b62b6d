/** The URLs a mistyped one may stand for: those that differ least, and by at most a third. The scheme counts for nothing. */
export function nearUrls(typed: string, urls: readonly string[]): readonly string[] {
  const near = urls
    .map((url) => ({ url, edits: editDistance(address(typed), address(url)) }))
    .filter(({ url, edits }) => edits <= Math.max(1, Math.floor(address(url).length / 3)));
  const fewest = near.reduce((least, { edits }) => Math.min(least, edits), Number.POSITIVE_INFINITY);
  return near.filter(({ edits }) => edits === fewest).map(({ url }) => url);
}

function address(url: string): string {
  return url.replace(/^[^/]*\/\//, '');
}

/** Levenshtein's: how many characters must be put in, taken out or replaced. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, place) => place);
  for (const [row, letter] of [...a].entries()) {
    const line = [row + 1];
    for (const [place, other] of [...b].entries()) {
      const replaced = (above[place] ?? 0) + (letter === other ? 0 : 1);
      line.push(Math.min(replaced, (above[place + 1] ?? 0) + 1, (line[place] ?? 0) + 1));
    }
    above = line;
  }
  return above.at(-1) ?? 0;
}
