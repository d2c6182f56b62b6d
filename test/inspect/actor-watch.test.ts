import { expect, test } from 'vitest';
import type { InspectionEvent } from 'xstate';
import type { SyncWorker } from '../../src/index.ts';
import { watchActor } from '../../src/inspect/index.ts';
import { innermost } from '../../src/inspect/recording/recorder.ts';
import { PEER, useInspections } from './inspection-world.ts';

const { embedded, after, takeWarnings } = useInspections();

function watched(worker: SyncWorker): { events: InspectionEvent[]; off: () => void } {
  const events: InspectionEvent[] = [];
  const off = watchActor(worker, (event) => events.push(event));
  after(off);
  return { events, off };
}

const states = (events: readonly InspectionEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === '@xstate.snapshot' && 'value' in event.snapshot ? [innermost(event.snapshot.value)] : [],
  );

test('an actor that is there already is announced, with the attempt it has under way', async () => {
  const { worker, pass } = embedded({ sync: () => new Promise(() => undefined) });
  await worker.start();
  await pass(1);
  const { events } = watched(worker);
  expect(events.map(({ type }) => type)).toEqual([
    '@xstate.actor',
    '@xstate.snapshot',
    '@xstate.actor',
    '@xstate.snapshot',
  ]);
  expect(events[0]?.actorRef).toBe(worker.actor);
  expect(states(events)).toEqual(['running.attempting']);
});

test('each state is reported in the order the worker takes them', async () => {
  const { worker, pass } = embedded();
  await worker.start();
  const { events } = watched(worker);
  await pass(300_000);
  expect(states(events)).toEqual(['running.attempting', 'ok', 'running.attempting', 'ok']);
});

test('a worker that was not started yet, or is started again, is watched from its start on', async () => {
  const { worker, pass } = embedded();
  const { events } = watched(worker);
  expect(events).toEqual([]);
  await worker.start();
  await pass(1);
  expect(states(events)).toContain('ok');
  const first = worker.actor;
  await worker.stop();
  expect(events.at(-1)).toMatchObject({ type: '@xstate.snapshot', snapshot: { status: 'stopped' } });
  events.length = 0;
  await worker.start();
  await expect.poll(() => events.length).toBe(2);
  expect(worker.actor).not.toBe(first);
  expect(events[0]?.actorRef).toBe(worker.actor);
});

test('a chart that fails is reported as failed, and its successor is watched', async () => {
  const { worker, clock, pass } = embedded();
  worker.on('fault', () => undefined);
  await worker.start();
  const { events } = watched(worker);
  const failed = worker.actor;
  const { setTimeout } = clock;
  clock.setTimeout = () => {
    clock.setTimeout = setTimeout;
    throw new Error('no timer to be had');
  };
  await pass(60_000);
  expect(events).toContainEqual(
    expect.objectContaining({ actorRef: failed, snapshot: expect.objectContaining({ status: 'error' }) }),
  );
  await pass(300_000);
  expect(worker.actor).not.toBe(failed);
  expect(events.at(-1)?.actorRef).not.toBe(failed);
});

test('an observer that throws harms neither the worker nor another observer, and is reported once', async () => {
  const { worker, pass } = embedded();
  await worker.start();
  after(
    watchActor(worker, () => {
      throw new Error('no');
    }),
  );
  const { events } = watched(worker);
  await pass(600_000);
  expect(worker.state).toMatchObject({ lastOutcome: 'ok' });
  expect(worker.snapshot?.status).toBe('active');
  expect(states(events)).toContain('ok');
  expect(takeWarnings()).toMatchObject([
    { message: 'An inspector of the worker threw', cause: { message: 'no' } },
  ]);
});

test('after the end nothing is reported, and no timer is left', async () => {
  const { worker, pass } = embedded();
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  await worker.start();
  const { events, off } = watched(worker);
  off();
  const count = events.length;
  worker.peerSeen(PEER);
  await pass(300_000);
  await worker.stop();
  await worker.start();
  await pass(300_000);
  expect(events).toHaveLength(count);
  expect(timers()).toBe(before);
});
