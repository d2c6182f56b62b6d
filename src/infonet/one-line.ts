/** What a peer said, as a message shows it: one line, short, nothing a terminal would obey. */
export function oneLine(text: string, most = 160): string {
  const line = text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
}
