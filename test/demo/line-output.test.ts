import { describe, expect, it } from 'vitest';
import { createLineOutput, type OutputStream } from '../../src/demo/line-output.ts';

interface Screen extends OutputStream {
  text(): string;
}

function screen(options: Omit<OutputStream, 'write'> = {}): Screen {
  let written = '';
  return {
    ...options,
    write: (text) => {
      written += text;
    },
    text: () => written,
  };
}

const ERASE = '\r\u001b[2K';

describe('lines on a terminal', () => {
  it('keep the live line last: it is erased before a line is printed', () => {
    const terminal = screen({ isTTY: true, columns: 80 });
    const output = createLineOutput(terminal, {});
    output.live('2 s');
    output.live('1 s');
    output.print('done');
    output.print('more');
    expect(terminal.text()).toBe(`2 s${ERASE}1 s${ERASE}done\nmore\n`);
  });

  it('cut the live line to the width, so that it never wraps', () => {
    const terminal = screen({ isTTY: true, columns: 10 });
    createLineOutput(terminal, {}).live('0123456789abc');
    expect(terminal.text()).toBe('012345678');
  });

  it('are not redrawn where nothing changed, and not erased twice', () => {
    const terminal = screen({ isTTY: true, columns: 80 });
    const output = createLineOutput(terminal, {});
    output.live('2 s');
    output.live('2 s');
    output.clear();
    output.clear();
    expect(terminal.text()).toBe(`2 s${ERASE}`);
  });

  it('have no live line where the terminal cannot rewrite', () => {
    const terminal = screen({ isTTY: true, columns: 80 });
    createLineOutput(terminal, { TERM: 'dumb' }).live('2 s');
    expect(terminal.text()).toBe('');
  });

  it('are in colour if the terminal says it has any', () => {
    const asked: unknown[] = [];
    const hasColors = (env: unknown): boolean => {
      asked.push(env);
      return false;
    };
    const env = { NO_COLOR: '1' };
    expect(createLineOutput(screen({ isTTY: true, hasColors }), env).inColour).toBe(false);
    expect(asked).toEqual([env]);
    expect(createLineOutput(screen({ isTTY: true, hasColors: () => true }), {}).inColour).toBe(true);
  });
});

describe('lines in a file or a pipe', () => {
  it('are plain, without a live line', () => {
    const file = screen({ hasColors: () => true });
    const output = createLineOutput(file, {});
    output.live('2 s');
    output.print('done');
    output.clear();
    expect(file.text()).toBe('done\n');
    expect(output.inColour).toBe(false);
    expect(output.width()).toBe(Number.POSITIVE_INFINITY);
  });
});
