import { describe, expect, test } from 'vitest';
import { setup } from 'xstate';
import { linesOf } from '../../src/chart/chart-lines.ts';
import { readChart } from '../../src/chart/read-chart.ts';

const chart = setup({
  guards: { isReady: () => true, isIdle: () => true },
  actions: { wake: () => undefined, note: () => undefined },
  delays: { soon: 1 },
});

/** Three states that react alike, with `odd` in place of the second one's reactions. */
function drawingWith(odd?: Parameters<typeof chart.createStateConfig>[0]): ReturnType<typeof linesOf> {
  const alike = (key: string) =>
    chart.createStateConfig({
      after: {
        soon: [
          { guard: 'isReady', target: 'busy', actions: 'wake' },
          { target: key, reenter: true },
        ],
      },
      on: { GO: { guard: 'isReady', target: 'busy', actions: 'wake' }, NOTE: { actions: 'note' } },
    });
  const machine = chart.createMachine({
    initial: 'a',
    states: { a: alike('a'), b: odd ?? alike('b'), c: alike('c'), busy: { on: { STOP: 'a' } } },
  });
  return linesOf(readChart(machine));
}

test('states that react alike share a frame, and every arrow from it stands for all of them', () => {
  const { frames, lines } = drawingWith();
  expect(frames.map(({ members }) => members)).toEqual([['a', 'b', 'c']]);
  const arrow = lines.find(({ target }) => target === 'busy');
  expect(arrow).toMatchObject({ source: 'frame:a+b+c', isArrow: true, isFallback: false });
  expect(arrow?.triggers.map(({ name }) => name)).toEqual(['soon', 'GO']);
  expect(arrow?.transitions).toHaveLength(6);
});

test('going to oneself is alike, whatever one is called', () => {
  const stays = drawingWith().lines.find(({ reenter }) => reenter);
  expect(stays).toMatchObject({ source: 'frame:a+b+c', target: undefined, isArrow: false, isFallback: true });
});

describe('a state stays out of the frame, with its own lines, if it differs in', () => {
  const soon = [
    { guard: 'isReady', target: 'busy', actions: 'wake' } as const,
    { target: 'b', reenter: true } as const,
  ];
  const go = { guard: 'isReady', target: 'busy', actions: 'wake' } as const;
  const note = { actions: 'note' } as const;

  test.each([
    ['a guard', { after: { soon }, on: { GO: { ...go, guard: 'isIdle' as const }, NOTE: note } }],
    [
      'a missing guard',
      { after: { soon }, on: { GO: { target: 'busy', actions: 'wake' as const }, NOTE: note } },
    ],
    ['a target', { after: { soon }, on: { GO: { ...go, target: 'c' }, NOTE: note } }],
    [
      'whom it goes to where the others stay',
      { after: { soon: [soon[0], { target: 'c', reenter: true }] }, on: { GO: go, NOTE: note } },
    ],
    ['an action', { after: { soon }, on: { GO: { ...go, actions: 'note' as const }, NOTE: note } }],
    ['re-entering', { after: { soon: [soon[0], { target: 'b' }] }, on: { GO: go, NOTE: note } }],
    ['a missing transition', { after: { soon }, on: { GO: go } }],
    ['one more', { after: { soon }, on: { GO: go, NOTE: note, MORE: note } }],
  ])('%s', (_, odd) => {
    const { frames, lines } = drawingWith(odd as Parameters<typeof chart.createStateConfig>[0]);
    expect(frames.map(({ members }) => members)).toEqual([['a', 'c']]);
    expect(lines.some(({ source }) => source === 'b')).toBe(true);
  });
});
