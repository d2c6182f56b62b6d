/** Levenshtein's: how many characters must be put in, taken out or replaced. The argument parser has one, and keeps it to itself. */
export function editDistance(a: string, b: string): number {
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
