import { expect, test } from 'vitest';
import { createActor, fromPromise } from 'xstate';
import { createSyncWorkerMachine, syncWorkerMachine } from '../../src/core.ts';
import { createVirtualClock, initialSyncState } from '../../src/index.ts';
import { peer } from '../support/example-world.ts';

const bad: readonly (readonly [Record<string, unknown>, ErrorConstructor, string])[] = [
  [
    { policy: { intervalSeconds: -1 } },
    RangeError,
    'Policy option intervalSeconds is -1; allowed is a finite number of at least 0',
  ],
  [{ policy: { jitterRatio: Number.NaN } }, RangeError, 'Policy option jitterRatio is NaN'],
  [
    { policy: { maxPeersPerRun: 1.5 } },
    RangeError,
    'Policy option maxPeersPerRun is 1.5; allowed is a whole number of at least 1',
  ],
  [{ policy: { intervallSeconds: 1 } }, RangeError, 'Unknown policy option intervallSeconds'],
  [{ peers: 'http://a.example' }, TypeError, 'peers is "http://a.example"; allowed is an array of peers'],
  [{ peers: ['http://a.example', 'a.example'] }, TypeError, 'peers[1]: peerUrl is "a.example"'],
  [
    { peers: [{ ...peer('a'), failureCount: -1 }] },
    TypeError,
    'peers[0]: failureCount is -1; allowed is a whole number of at least 0',
  ],
  [{ state: { ...initialSyncState(), lastOutcome: 'done' } }, TypeError, 'lastOutcome is "done"; allowed is'],
  [
    { state: { ...initialSyncState(), nextSyncDueAt: '0' } },
    TypeError,
    'nextSyncDueAt is "0"; allowed is a whole number of seconds',
  ],
  [{ state: null }, TypeError, 'sync state is null; allowed is an object'],
];

test.each(bad)('%j ends the actor with an error that names the field', (input, kind, message) => {
  const clock = createVirtualClock();
  const actor = createActor(createSyncWorkerMachine(), { clock, input: input as never });
  const errors: unknown[] = [];
  actor.subscribe({ error: (error) => errors.push(error) });
  actor.start();
  const snapshot = actor.getSnapshot();
  expect(snapshot.status).toBe('error');
  expect(snapshot.error).toBeInstanceOf(kind);
  expect(String(snapshot.error)).toContain(message);
  expect(errors).toEqual([snapshot.error]);
  expect(clock.size).toBe(0);
});

test('a machine without a sync function fails every attempt, and says why', async () => {
  const clock = createVirtualClock();
  const machine = createSyncWorkerMachine({ now: () => 1_800_000_000 });
  const actor = createActor(machine, { clock, input: { peers: ['http://a.example'] } }).start();
  const finished = new Promise((resolve) => actor.on('run.finished', resolve));
  expect(await finished).toMatchObject({
    state: { lastOutcome: 'error', lastError: 'sync must be provided' },
  });
  actor.stop();
});

test('an attempt of another make that rejects fails over and ends in error, like any other', async () => {
  const clock = createVirtualClock();
  const asked: unknown[] = [];
  const machine = syncWorkerMachine.provide({
    actors: {
      attempt: fromPromise(({ input }) => {
        asked.push(input.peer?.peerUrl);
        return Promise.reject(new Error('refused'));
      }),
    },
  });
  const input = { peers: ['http://a.example', 'http://b.example'] };
  const actor = createActor(machine, { clock, input }).start();
  const finished = new Promise((resolve) => actor.on('run.finished', resolve));
  expect(await finished).toMatchObject({
    state: { lastOutcome: 'error', lastError: 'refused', consecutiveFailures: 1 },
  });
  expect(asked).toEqual(input.peers);
  expect(actor.getSnapshot()).toMatchObject({ status: 'active', value: 'error' });
  actor.stop();
});
