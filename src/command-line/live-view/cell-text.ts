import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

/** The number of terminal cells of a text; escape sequences for colours take none. */
export function cells(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : stringWidth(text);
}

/** The text, cut with an ellipsis if it takes more cells than there are. */
export function fitted(text: string, columns: number): string {
  let room = Math.max(0, columns);
  let cut = text;
  // cli-truncate may exceed the width by half of a wide character; then truncate to one cell less.
  while (cells(cut) > columns && room > 0) {
    cut = cliTruncate(text, room);
    room -= 1;
  }
  return cells(cut) <= columns ? cut : '';
}

/** Pads the text with spaces to a number of cells. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - cells(text)));
}

/** Puts as many whole parts on each line as fit; a part that is longer than a line is cut. */
export function flowed(parts: readonly string[], columns: number, between: string): string[] {
  const lines: string[] = [];
  let width = 0;
  for (const part of parts.filter((text) => text !== '')) {
    const longer = width + cells(between) + cells(part);
    const before = lines.at(-1);
    if (before !== undefined && longer <= columns) {
      lines[lines.length - 1] = `${before}${between}${part}`;
      width = longer;
    } else {
      const line = fitted(part, columns);
      lines.push(line);
      width = cells(line);
    }
  }
  return lines;
}

/** Breaks a text into lines between words; a word that is longer than a line is cut. */
export function wrapped(text: string, columns: number): string[] {
  return flowed(text.split(' '), columns, ' ');
}
