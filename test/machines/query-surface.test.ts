/** What users of the chart ask it for: tags, the attempt, and where its targets lead. */
import { expect, test } from 'vitest';
import type { AnyStateNode } from 'xstate';
import { createSyncWorkerMachine } from '../../src/core.ts';
import { answers, hangs } from '../support/behaviours.ts';
import { begin, peer } from '../support/example-world.ts';

const { root } = createSyncWorkerMachine({ sync: () => ({ head: 'h1' }) });

function statesBelow(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states).flatMap((state) => [state, ...statesBelow(state)]);
}

test('each state is tagged as waiting or running', () => {
  const tags = statesBelow(root).map(({ path, tags }) => [path.join('.'), ...tags]);
  expect(tags).toEqual([
    ['idle', 'waiting'],
    ['running', 'running'],
    ['running.attempting', 'running'],
    ['running.failed', 'running'],
    ['running.abandoned', 'running'],
    ['ok', 'waiting'],
    ['error', 'waiting'],
    ['fork', 'waiting'],
    ['solo', 'waiting'],
  ]);
});

test('a snapshot has the tag of its state, and the attempt under way as a child', async () => {
  const example = await begin({ peers: [peer('a')], script: [answers('h1', 5), hangs] });
  const running = example.actor().getSnapshot();
  expect([running.hasTag('running'), running.hasTag('waiting')]).toEqual([true, false]);
  expect(Object.keys(running.children)).toEqual(['attempt']);
  await example.after(5);
  const waiting = example.actor().getSnapshot();
  expect([waiting.hasTag('running'), waiting.hasTag('waiting')]).toEqual([false, true]);
  expect(Object.values(waiting.children).filter((child) => child !== undefined)).toEqual([]);
});
