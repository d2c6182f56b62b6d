import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createPeerRecord, PeerSyncRateLimited } from '../../src/index.ts';
import { fc } from '../support/property.ts';
import { type RacedAttempt, type RacedWorker, startRacedWorker } from '../support/raced-worker.ts';

const peers = ['http://a.example', 'http://b.example'];

type Ending = 'head' | 'fork' | 'failure' | 'rate limit';

function end(attempt: RacedAttempt, ending: Ending): void {
  if (ending === 'head') attempt.answer({ head: 'h1' });
  else if (ending === 'fork') attempt.answer({ forked: true });
  else
    attempt.fail(
      ending === 'failure' ? new Error('refused') : new PeerSyncRateLimited({ retryAfterSeconds: 30 }),
    );
}

/** What may happen to a worker while its attempts end at random times. */
const actions: Readonly<Record<string, (worker: RacedWorker) => void>> = {
  'the limit passes': (worker) => worker.pass(300),
  'a minute passes': (worker) => worker.pass(60),
  'just under the limit passes': (worker) => worker.pass(299.999),
  'a moment passes': (worker) => worker.pass(0.001),
  'a request': (worker) => worker.actor().send({ type: 'sync.requested' }),
  'a request with force': (worker) => worker.actor().send({ type: 'sync.requested', force: true }),
  'no peers': (worker) => worker.actor().send({ type: 'peers.changed', peers: [] }),
  'other peers': (worker) =>
    worker
      .actor()
      .send({ type: 'peers.changed', peers: [...peers, 'http://c.example'].map(createPeerRecord) }),
  'a contact': (worker) => worker.actor().send({ type: 'peer.seen', peerUrl: 'http://a.example' }),
  'a restart': (worker) => worker.restart(),
};

const ending = fc.constantFrom<Ending[]>('head', 'fork', 'failure', 'rate limit');

test('in any order of results, limits, events and restarts, one attempt runs at a time and each run ends once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom(...Object.keys(actions)), { minLength: 1, maxLength: 12 }),
      fc.infiniteStream(fc.array(ending, { minLength: 1, maxLength: 2 })),
      async (scheduler, names, endings) => {
        const worker = startRacedWorker(peers, (attempt) => {
          // One answer, or a second one that must be ignored.
          for (const one of endings.next().value ?? []) {
            scheduler
              .schedule(Promise.resolve(), `${attempt.peerUrl} ends in ${one}`)
              .then(() => end(attempt, one));
          }
        });
        const steps = names.map((name) =>
          scheduler.schedule(Promise.resolve(), name).then(() => {
            actions[name]?.(worker);
            worker.expectFair();
          }),
        );
        await scheduler.waitIdle();
        await Promise.all(steps);
        await setImmediate();
        worker.expectFair();
        worker.actor().stop();
      },
    ),
  );
});

test('a worker stopped at any moment aborts its attempt and emits nothing more, whatever still comes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom(...Object.keys(actions).filter((name) => name !== 'a restart')), {
        maxLength: 6,
      }),
      ending,
      async (scheduler, names, one) => {
        const worker = startRacedWorker(peers, (attempt) => {
          scheduler
            .schedule(Promise.resolve(), `${attempt.peerUrl} ends in ${one}`)
            .then(() => end(attempt, one));
        });
        let emittedAtStop = Number.NaN;
        for (const name of names) {
          scheduler.schedule(Promise.resolve(), name).then(() => {
            if (Number.isNaN(emittedAtStop)) actions[name]?.(worker);
          });
        }
        const stop = scheduler.schedule(Promise.resolve(), 'stop').then(() => {
          worker.actor().stop();
          worker.expectFair();
          emittedAtStop = worker.lives.flat().length;
        });
        await scheduler.waitIdle();
        await stop;
        await setImmediate();
        worker.pass(3600);
        expect(worker.lives.flat()).toHaveLength(emittedAtStop);
        expect(worker.clock.size).toBe(0);
      },
    ),
  );
});

/** A worker in its first attempt. */
async function attempting(): Promise<{ worker: RacedWorker; attempt: RacedAttempt }> {
  const worker = startRacedWorker(['http://a.example']);
  worker.pass(0);
  await setImmediate();
  const [attempt] = worker.attempts;
  if (attempt === undefined) throw new Error('no attempt began');
  return { worker, attempt };
}

const emitted = (worker: RacedWorker): string[] => worker.lives.flat().map(({ type }) => type);

describe('a result and the stuck limit in the same tick', () => {
  test('if the limit comes first, the run is stuck and the result is ignored', async () => {
    const { worker, attempt } = await attempting();
    worker.pass(300);
    attempt.answer({ head: 'late' });
    await setImmediate();
    expect(emitted(worker).slice(2)).toEqual(['run.stuck', 'run.started', 'attempt.started']);
    expect(worker.actor().getSnapshot().context.worker.currentHead).toBe('');
    expect(attempt.signal.aborted).toBe(true);
  });

  test('if the result comes first but is not delivered yet, the limit wins, as in XState', async () => {
    const { worker, attempt } = await attempting();
    attempt.answer({ head: 'late' });
    worker.pass(300);
    await setImmediate();
    expect(emitted(worker).slice(2)).toEqual(['run.stuck', 'run.started', 'attempt.started']);
    expect(worker.actor().getSnapshot().context.worker.currentHead).toBe('');
  });

  test('however many turns of the event loop lie between them, exactly one of the two takes effect', async () => {
    const seen = new Set<string>();
    for (let turns = 0; turns < 12; turns += 1) {
      const { worker, attempt } = await attempting();
      attempt.answer({ head: 'h1' });
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      worker.pass(300);
      await setImmediate();
      worker.expectFair();
      seen.add(emitted(worker).slice(2, 4).join(' '));
    }
    expect([...seen].sort()).toEqual(['attempt.finished run.finished', 'run.stuck run.started']);
  });
});

describe('a restart', () => {
  test('ignores a late answer of the attempt before it', async () => {
    const { worker, attempt } = await attempting();
    worker.restart();
    attempt.answer({ head: 'late' });
    await setImmediate();
    expect(attempt.signal.aborted).toBe(true);
    expect(worker.lives.map((life) => life.length)).toEqual([2, 1]);
    expect(worker.actor().getSnapshot().value).toEqual({ running: 'abandoned' });
    expect(worker.actor().getSnapshot().context.worker.currentHead).toBe('');
  });

  test('loses an answer that came just before it, and waits out the run', async () => {
    const { worker, attempt } = await attempting();
    attempt.answer({ head: 'late' });
    worker.restart();
    worker.pass(300.999);
    await setImmediate();
    expect(worker.lives.map((life) => life.length)).toEqual([2, 1]);
    worker.pass(0.001);
    expect(worker.lives[1]?.map(({ type }) => type)).toEqual([
      'peers.changed',
      'run.started',
      'attempt.started',
    ]);
  });
});
