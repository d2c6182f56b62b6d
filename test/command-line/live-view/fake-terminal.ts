import { EventEmitter } from 'node:events';
import type { TerminalStream } from '../../../src/command-line/live-view/screen.ts';
import { type EmulatedTerminal, emulateTerminal } from './terminal-emulator.ts';

/** A stream to a terminal of a size, and what is seen there. */
export interface FakeTerminal {
  readonly stream: TerminalStream & EventEmitter;
  readonly terminal: EmulatedTerminal;
  resize(columns: number, rows: number): void;
}

export function openFakeTerminal(columns: number, rows: number): FakeTerminal {
  const terminal = emulateTerminal(columns, rows);
  const stream = Object.assign(new EventEmitter(), {
    isTTY: true,
    columns,
    rows,
    hasColors: () => true,
    // As the line discipline of a terminal has it.
    write: (text: string) => terminal.write(text.replaceAll('\n', '\r\n')),
  });
  return {
    stream,
    terminal,
    resize: (nextColumns, nextRows) => {
      terminal.resize(nextColumns, nextRows);
      Object.assign(stream, { columns: nextColumns, rows: nextRows });
      stream.emit('resize');
    },
  };
}
