import { describe, expect, test } from 'vitest';
import { fitted } from '../../../src/command-line/live-view/cell-text.ts';
import { openScreen } from '../../../src/command-line/live-view/screen.ts';
import { fc } from '../../support/property.ts';
import { openFakeTerminal } from './fake-terminal.ts';

const words = fc.array(fc.constantFrom('', 'one', 'two', 'three', '四', 'the fifth line'), {
  minLength: 1,
  maxLength: 9,
});
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('draw' as const), lines: words }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('print' as const), lines: words }) },
);

const without = (lines: readonly string[]): string[] => {
  const kept = [...lines];
  while (kept.at(-1) === '') kept.pop();
  return kept;
};

describe('a block of lines that is rewritten in place', () => {
  test('is on the terminal once and whole after each change, below all that was printed', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const { stream, terminal } = openFakeTerminal(20, 12);
        const screen = openScreen(stream);
        const printed: string[] = [];
        let block: readonly string[] = [];
        for (const { kind, lines } of steps) {
          if (kind === 'print') printed.push(...lines);
          else block = lines;
          if (kind === 'print') screen.print(`${lines.join('\n')}\n`);
          screen.draw(() => block.join('\n'));
          // An empty block and one empty line look the same.
          expect(without(terminal.lines())).toEqual(without([...printed, ...block]));
        }
        screen.close();
        expect([terminal.unknown, terminal.overflows, terminal.wraps, terminal.isCursorShown]).toEqual([
          [],
          0,
          true,
          true,
        ]);
      }),
    );
  });

  test('hides the cursor, and shows it when it is closed or the process ends', () => {
    const { stream, terminal } = openFakeTerminal(20, 12);
    const before = process.listenerCount('exit');
    const screen = openScreen(stream);
    screen.draw(() => 'shown');
    expect(terminal.isCursorShown).toBe(false);
    const [atExit] = process.listeners('exit').slice(before);
    atExit?.call(process, 0);
    expect(terminal.isCursorShown).toBe(true);
    screen.close();
    expect([terminal.lines(), process.listenerCount('exit')]).toEqual([['shown', ''], before]);
  });

  test('does not wrap where a character is wider than it is known to be', () => {
    const { stream, terminal } = openFakeTerminal(10, 12);
    const screen = openScreen({
      ...stream,
      columns: 11,
      on: stream.on.bind(stream),
      off: stream.off.bind(stream),
    });
    screen.draw(() => '12345678901\nsecond');
    screen.draw(() => '12345678901\nanother');
    expect(terminal.lines()).toEqual(['1234567890', 'another', '']);
  });

  test('is drawn anew for the new size at once', () => {
    const { stream, terminal, resize } = openFakeTerminal(30, 12);
    const screen = openScreen(stream);
    screen.draw(({ columns, rows }) =>
      [fitted('a line of many words, too long', columns), `rows ${rows}`].join('\n'),
    );
    resize(10, 5);
    expect(terminal.lines()).toEqual(['a line of…', 'rows 4', '']);
    expect(terminal.overflows).toBe(0);
  });

  test('writes no more to a terminal that is gone', () => {
    const { stream, terminal } = openFakeTerminal(30, 12);
    const screen = openScreen(stream);
    screen.draw(() => 'the last');
    stream.emit('error', Object.assign(new Error('gone'), { code: 'EIO' }));
    screen.draw(() => 'nobody sees this');
    screen.print('nor this');
    screen.close();
    expect(terminal.lines()).toEqual(['the last', '']);
  });
});
