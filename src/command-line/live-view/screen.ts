import { cells } from './cell-text.ts';

/** The part of `process.stdout` that is used here. */
export interface TerminalStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  hasColors?(env?: NodeJS.ProcessEnv): boolean;
  write(text: string): unknown;
  on(event: 'resize' | 'error', listener: (error: Error) => void): unknown;
  off(event: 'resize' | 'error', listener: (error: Error) => void): unknown;
}

/** A block of lines at the end of a terminal, rewritten in place. */
export interface Screen {
  /** @param render makes the text for the room there is */
  draw(render: (room: { readonly columns: number; readonly rows: number }) => string): void;
  /** Writes text that stays, above the block. */
  print(text: string): void;
  /** Leaves the block where it is, and shows the cursor. */
  close(): void;
}

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
// A character may be wider on a terminal than it is known to be: its line is then cut there, and does not wrap.
const NO_WRAP = '\u001b[?7l';
const WRAP = '\u001b[?7h';

/**
 * Takes the end of a terminal. One that is closed meanwhile is drawn on no more, and harms nobody. Not by log-update,
 * whose patches (7.2) leave lines where they no longer belong, and which takes over the signals of the process.
 */
export function openScreen(stream: TerminalStream): Screen {
  let isOpen = true;
  /** Undefined: there is no block. */
  let drawn: string | undefined;
  const write = (text: string): void => {
    if (isOpen) stream.write(text);
  };
  const room = (): { columns: number; rows: number } => ({
    // 0: unknown, as on a serial line, or where a container was given a terminal of no size.
    columns: Math.max(1, stream.columns || 80),
    // One row is the cursor's, below the block.
    rows: Math.max(1, (stream.rows || 24) - 1),
  });
  /** Goes back to where the block began, and clears from there on. A terminal that was resized has broken its lines. */
  const erasing = (): string => {
    if (drawn === undefined) return '';
    const { columns } = room();
    const rows = drawn
      .split('\n')
      .reduce((sum, line) => sum + Math.max(1, Math.ceil(cells(line) / columns)), 0);
    return `\u001b[${rows}A\r\u001b[J`;
  };

  let render: Parameters<Screen['draw']>[0] = () => '';
  const redraw = (): void => {
    const next = render(room());
    // One write, so that nothing is seen in between.
    write(`${NO_WRAP}${erasing()}${next}\n${WRAP}`);
    drawn = next;
  };
  const showCursor = (): void => write(SHOW_CURSOR);
  stream.on('resize', redraw);
  // EPIPE and EIO, mostly: the terminal is gone, and nobody is there to be told. What is under way may still fail later.
  stream.on('error', () => {
    isOpen = false;
  });
  process.once('exit', showCursor);
  write(HIDE_CURSOR);

  return {
    draw: (next) => {
      render = next;
      if (render(room()) !== drawn) redraw();
    },
    print: (text) => {
      write(`${erasing()}${text.endsWith('\n') ? text : `${text}\n`}`);
      drawn = undefined;
    },
    close: () => {
      stream.off('resize', redraw);
      process.off('exit', showCursor);
      drawn = undefined;
      showCursor();
    },
  };
}
