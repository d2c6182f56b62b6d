import { expect, test } from 'vitest';
import { linesOf } from '../../src/chart/chart-lines.ts';
import { planOf } from '../../src/chart/chart-plan.ts';
import { readChart } from '../../src/chart/read-chart.ts';
import { syncWorkerWords } from '../../src/chart/sync-worker-words.ts';
import { createWorkerContext } from '../../src/schedule/worker-context.ts';
import { syncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';
import { countedDefinition } from './counted-definition.ts';

const { names, states } = countedDefinition(syncWorkerMachine.config);

test.each(['events', 'delays', 'actors', 'guards', 'actions'] as const)(
  'all %s of the machine have words, and there are no words for others',
  (kind) => {
    expect(Object.keys(syncWorkerWords[kind]).sort()).toEqual([...names[kind]].sort());
  },
);

test('the states at the top have a colour each, and no other has', () => {
  const top = states.filter((path) => !path.includes('.'));
  expect(Object.keys(syncWorkerWords.tones).sort()).toEqual(top.sort());
});

test('an action either does something or tells something', () => {
  for (const [name, { does, tells }] of Object.entries(syncWorkerWords.actions)) {
    expect(
      [does, tells].filter((words) => words !== undefined),
      name,
    ).toHaveLength(1);
  }
});

test('an action tells the event it is said to tell', () => {
  const args = { context: createWorkerContext(), event: { type: 'sync.requested' } };
  for (const [name, { tells }] of Object.entries(syncWorkerWords.actions)) {
    const action: unknown = Reflect.get(syncWorkerMachine.implementations.actions, name);
    const emitted: unknown = typeof action === 'function' ? Reflect.get(action, 'event') : undefined;
    const event: unknown = typeof emitted === 'function' ? emitted(args, undefined) : undefined;
    expect(event, name).toEqual(tells === undefined ? undefined : expect.objectContaining({ type: tells }));
  }
});

test('a name without words is refused by name', () => {
  const { isTimeToRun: _, ...guards } = syncWorkerWords.guards;
  const drawing = linesOf(readChart(syncWorkerMachine));
  expect(() => planOf(drawing, { ...syncWorkerWords, guards })).toThrow('No words for isTimeToRun');
});
