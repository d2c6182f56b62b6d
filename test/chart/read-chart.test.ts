import { expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { readChart } from '../../src/chart/read-chart.ts';

test.each([
  ['an inline guard', { on: { GO: { guard: () => true, target: 'a' } } }, 'a guard of m.a is function'],
  ['an inline action', { on: { GO: { actions: () => undefined } } }, 'an action of m.a is function'],
  ['an entry action', { entry: 'greet' }, 'State m.a has entry'],
  ['an exit action', { exit: 'leave' }, 'State m.a has entry, exit'],
  ['a final state', { type: 'final' as const }, 'State m.a is final'],
  ['a parallel state', { type: 'parallel' as const, states: { x: {}, y: {} } }, 'State m.a is parallel'],
])('%s has no sign in the picture and is refused', (_, state, message) => {
  const machine = createMachine({ id: 'm', initial: 'a', states: { a: state } });
  expect(() => readChart(machine)).toThrow(message);
});
