import stringWidth from 'string-width';

/** What a terminal shows after all that was written to it, as far as the live view's sequences go. */
export interface EmulatedTerminal {
  write(text: string): void;
  /** As a terminal that does not break lines anew has it: what no longer fits is gone. */
  resize(columns: number, rows: number): void;
  /** The lines on the screen, those that scrolled off it before them; without spaces at their ends. */
  lines(): string[];
  readonly isCursorShown: boolean;
  readonly wraps: boolean;
  /** How often a line wrapped at the right edge, or would have. */
  readonly overflows: number;
  /** Sequences that are not known here. */
  readonly unknown: readonly string[];
}

export function emulateTerminal(columns: number, rows: number): EmulatedTerminal {
  let screen: string[][] = [[]];
  let top = 0;
  let row = 0;
  let column = 0;
  let width = columns;
  let height = rows;
  let isCursorShown = true;
  let wraps = true;
  let overflows = 0;
  const unknown: string[] = [];

  const line = (): string[] => {
    while (screen.length <= row) screen.push([]);
    return screen[row] ?? [];
  };
  const down = (): void => {
    row += 1;
    line();
    top = Math.max(top, row - height + 1);
  };
  const put = (character: string): void => {
    const cells = stringWidth(character);
    if (cells === 0) return;
    if (column + cells > width) {
      overflows += 1;
      if (!wraps) return;
      column = 0;
      down();
    }
    const cellsOfLine = line();
    while (cellsOfLine.length < column) cellsOfLine.push(' ');
    cellsOfLine.splice(column, cells, character, ...Array<string>(cells - 1).fill(''));
    column += cells;
  };
  const obey = (parameters: string, command: string): void => {
    const count = Number(parameters) || 1;
    if (command === 'A') row = Math.max(top, row - count);
    else if (command === 'B') row = Math.min(top + height - 1, row + count);
    else if (command === 'G') column = count - 1;
    else if (command === 'K' && parameters === '2') line().length = 0;
    else if (command === 'K' && parameters === '') line().length = Math.min(line().length, column);
    else if (command === 'J' && parameters === '') {
      line().length = Math.min(line().length, column);
      screen = screen.slice(0, row + 1);
    } else if (parameters === '?25') isCursorShown = command === 'h';
    else if (parameters === '?7') wraps = command === 'h';
    else if (command !== 'm' && parameters !== '?2026') unknown.push(`${parameters}${command}`);
  };

  return {
    write: (text) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal is told with
      for (const [, parameters, command, character] of text.matchAll(/\u001b\[([?\d;]*)([A-Za-z])|(.)/gsu)) {
        if (command !== undefined) obey(parameters ?? '', command);
        else if (character === '\r') column = 0;
        else if (character === '\n') down();
        else if (character !== undefined && character < ' ') unknown.push(JSON.stringify(character));
        else put(character ?? '');
      }
    },
    resize: (nextColumns, nextRows) => {
      width = nextColumns;
      height = nextRows;
      top = Math.max(0, row - height + 1);
      for (const cells of screen) cells.length = Math.min(cells.length, width);
      column = Math.min(column, width - 1);
    },
    lines: () => screen.map((cells) => cells.join('').trimEnd()),
    get isCursorShown() {
      return isCursorShown;
    },
    get wraps() {
      return wraps;
    },
    get overflows() {
      return overflows;
    },
    unknown,
  };
}
