import { expect, test } from 'vitest';
import { createMachine, raise, setup } from 'xstate';
import { readChart } from '../../src/explain/read-chart.ts';

test('names are read as words, emitted events as their types', () => {
  const machine = setup({
    guards: { isTimeToRun: () => true },
    actions: { beginRun: () => undefined, emitRunStarted: () => undefined, tick: raise({ type: 'TICK' }) },
    delays: { stuckTimeout: 1 },
  }).createMachine({
    initial: 'a',
    states: {
      a: {
        after: {
          stuckTimeout: [
            { guard: 'isTimeToRun', target: 'b', actions: ['beginRun', 'emitRunStarted', 'tick'] },
            { target: 'a', reenter: true },
          ],
        },
      },
      b: { entry: 'beginRun', tags: 'busy' },
    },
  });
  const { states, edges } = readChart(machine);
  expect(edges).toEqual([
    {
      id: 'a:after.stuckTimeout:0',
      source: 'a',
      trigger: 'after stuck timeout',
      guard: 'is time to run',
      target: 'b',
      reenter: false,
      actions: { does: ['begin run'], emits: ['run.started'], raises: ['TICK'] },
    },
    expect.objectContaining({ id: 'a:after.stuckTimeout:1', guard: 'else', target: 'a', reenter: true }),
  ]);
  const none = { does: [], emits: [], raises: [] };
  expect(states.map(({ path, initial, entry, tags }) => ({ path, initial, entry, tags }))).toEqual([
    { path: '', initial: 'a', entry: none, tags: [] },
    { path: 'a', initial: undefined, entry: none, tags: [] },
    { path: 'b', initial: undefined, entry: { ...none, does: ['begin run'] }, tags: ['busy'] },
  ]);
});

test('what stands in place of a name is read too', () => {
  const machine = createMachine({
    on: {
      GO: {
        guard: () => true,
        actions: function greet() {
          return undefined;
        },
      },
    },
  });
  expect(readChart(machine).edges).toMatchObject([{ guard: 'guard', actions: { does: ['greet'] } }]);
});
