/** A peer's text made safe for messages: one line, at most `most` characters, no control characters. */
export function oneLine(text: string, most = 160): string {
  const line = text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
}
