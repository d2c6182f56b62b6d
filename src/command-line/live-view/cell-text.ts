import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

/** Terminal cells a text takes; escape sequences for colours take none. */
export function cells(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : stringWidth(text);
}

/** The text, cut with an ellipsis where it takes more cells than there are. */
export function fitted(text: string, columns: number): string {
  let room = Math.max(0, columns);
  let cut = text;
  // cli-truncate lets half of a wide character stand out; it then gets a cell less.
  while (cells(cut) > columns && room > 0) {
    cut = cliTruncate(text, room);
    room -= 1;
  }
  return cells(cut) <= columns ? cut : '';
}

/** The text with spaces after it, up to so many cells. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - cells(text)));
}

/** Lines of whole parts, as many in each as there is room for; a part that is too long for any line is cut. */
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

/** A text in lines, broken between words; a word that is too long for any line is cut. */
export function wrapped(text: string, columns: number): string[] {
  return flowed(text.split(' '), columns, ' ');
}
