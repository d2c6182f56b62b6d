import { cells } from './cell-text.ts';

/** The used part of `process.stdout`. */
export interface TerminalStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  hasColors?(env?: NodeJS.ProcessEnv): boolean;
  write(text: string): unknown;
  on(event: 'resize' | 'error', listener: (error: Error) => void): unknown;
  off(event: 'resize' | 'error', listener: (error: Error) => void): unknown;
}

/** A block of lines at the bottom of a terminal, redrawn in place. */
export interface Screen {
  /** @param render returns the text for the available space */
  draw(render: (room: { readonly columns: number; readonly rows: number }) => string): void;
  /** Prints permanent text above the block. */
  print(text: string): void;
  /** Leaves the block where it is, and shows the cursor. */
  close(): void;
}

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
// Turns off wrapping: a character may be wider on the terminal than computed, and then its line is cut instead of wrapped.
const NO_WRAP = '\u001b[?7l';
const WRAP = '\u001b[?7h';

/**
 * Draws at the bottom of a terminal. If the terminal is closed, it stops drawing without an error. We do not use log-update: its
 * partial updates (7.2) leave stale lines, and it takes over the signals of the process.
 */
export function openScreen(stream: TerminalStream): Screen {
  let isOpen = true;
  /** Undefined if no block is shown. */
  let drawn: string | undefined;
  const write = (text: string): void => {
    if (isOpen) stream.write(text);
  };
  const room = (): { columns: number; rows: number } => ({
    // 0 means unknown, as on a serial line or in a container whose terminal has no size.
    columns: Math.max(1, stream.columns || 80),
    // The cursor takes one row below the block.
    rows: Math.max(1, (stream.rows || 24) - 1),
  });
  /** Moves to the start of the block and clears from there. After a resize, the terminal has re-wrapped its lines. */
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
    // One write, to avoid flicker.
    write(`${NO_WRAP}${erasing()}${next}\n${WRAP}`);
    drawn = next;
  };
  const showCursor = (): void => write(SHOW_CURSOR);
  stream.on('resize', redraw);
  // Mostly EPIPE and EIO: the terminal is gone, so there is nowhere to report it. Pending writes may still fail later.
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
