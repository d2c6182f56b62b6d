import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  createMemoryStorage,
  createSyncWorker,
  createVirtualClock,
  type OneRun,
  PeerSyncRateLimited,
  type SavedRun,
  type SyncFunction,
  type SyncPolicyOptions,
  type SyncWorkerNotification,
  type SyncWorkerState,
} from '../../src/index.ts';
import { syncOutcomes } from '../../src/policy/sync-worker-state.ts';
import { peerRecords, policies } from '../../src/testing/fast-check/index.ts';
import { BEGIN } from '../support/embedded-worker.ts';
import { once } from '../support/one-run.ts';
import { fc } from '../support/property.ts';
import { type Behaviour, script, scriptSync } from '../support/scripted-sync.ts';

/** The first run of a worker that starts from a storage; nothing if it waits. */
async function firstRunOfWorker(
  saved: Pick<SavedRun, 'state' | 'peers'>,
  policy: SyncPolicyOptions,
  behaviours: readonly Behaviour[],
): Promise<unknown> {
  const clock = createVirtualClock(BEGIN * 1000);
  const scripted = scriptSync(behaviours, clock, () => clock.now() / 1000);
  const worker = createSyncWorker({
    sync: scripted.sync,
    policy,
    storage: createMemoryStorage(saved),
    clock,
    random: () => 0.5,
  });
  let kept: Pick<SavedRun, 'state' | 'peers'> = saved;
  let end: SyncWorkerNotification['type'] | undefined;
  let attempts = 0;
  let isStopping = false;
  worker.on('*', (event) => {
    if (end !== undefined || isStopping) return;
    if (event.type === 'run.finished' || event.type === 'run.withdrawn' || event.type === 'run.stuck') {
      end = event.type;
      kept = { state: worker.state, peers: worker.peers };
      attempts = scripted.attempts.length;
    }
  });
  await worker.start();
  await setImmediate();
  while (end === undefined && worker.state.lastOutcome === 'running' && worker.why().asking !== '') {
    clock.runNext();
    await setImmediate();
  }
  const made = end === undefined ? scripted.attempts : scripted.attempts.slice(0, attempts);
  const asked = made.map(({ peerUrl, at }) => `${peerUrl} ${at}`);
  const at = clock.now();
  isStopping = true;
  const stopped = worker.stop();
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
  clock.advanceTo(clock.now() + 60_000);
  await stopped;
  return { asked, end, at, kept: end === undefined ? undefined : kept };
}

const endOf = {
  finished: 'run.finished',
  withdrawn: 'run.withdrawn',
  unfinished: 'run.stuck',
  waiting: undefined,
} as const;

const around = fc.oneof(
  fc.constant(0),
  fc.integer({ min: BEGIN - 700, max: BEGIN + 400 }),
  fc.constantFrom(BEGIN, BEGIN - 1, BEGIN - 301),
);

const anyState: fc.Arbitrary<SyncWorkerState> = fc.record({
  lastSyncStartedAt: around,
  lastSyncFinishedAt: around,
  lastSyncOkAt: around,
  nextSyncDueAt: around,
  lastPeerUrl: fc.constantFrom('', 'http://a.example', 'http://b.example'),
  lastError: fc.constantFrom('', 'refused'),
  lastOutcome: fc.constantFrom(...syncOutcomes),
  currentHead: fc.constantFrom('', 'h1'),
  forkDetected: fc.boolean(),
  consecutiveFailures: fc.nat(5),
});

test('whatever was saved, runOnce does what the first run of a worker would do', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyState,
      peerRecords(),
      policies(),
      script,
      async (state, list, numbers, behaviours) => {
        // A worker spreads its start, a runOnce call does not.
        const policy = { ...numbers, spreadRatio: 0 };
        const worker = await firstRunOfWorker({ state, peers: list }, policy, behaviours);

        const clock = createVirtualClock(BEGIN * 1000);
        const scripted = scriptSync(behaviours, clock, () => clock.now() / 1000);
        const run = await once(
          { sync: scripted.sync, policy, saved: { state, peers: list }, random: () => 0.5 },
          clock,
        );
        const { endedAt, ...kept } = run.saved;
        expect({
          asked: scripted.attempts.map(({ peerUrl, at }) => `${peerUrl} ${at}`),
          end: endOf[run.ended],
          at: clock.now(),
          kept: run.ended === 'waiting' ? undefined : kept,
        }).toEqual(worker);
      },
    ),
  );
});

/** Policies whose waits are short enough to wait out in the test. */
const livedPolicies = policies().map((numbers) => ({
  ...numbers,
  intervalSeconds: Math.min(numbers.intervalSeconds, 2000),
  failureBackoffSeconds: Math.min(numbers.failureBackoffSeconds, 2000),
  failureBackoffCapSeconds: Math.min(numbers.failureBackoffCapSeconds, 2000),
  jitterRatio: Math.min(numbers.jitterRatio, 3),
  spreadRatio: Math.min(numbers.spreadRatio, 3),
}));

test('runOnce, called again at the times it returns, asks politely and syncs in the end', async () => {
  await fc.assert(
    fc.asyncProperty(peerRecords(), livedPolicies, script, async (list, numbers, behaviours) => {
      const clock = createVirtualClock(BEGIN * 1000);
      const scripted = scriptSync(behaviours, clock, () => clock.now() / 1000);
      const allowedAt = new Map<string, number>();
      const sync: SyncFunction = async (peer, given) => {
        expect(clock.now() / 1000).toBeGreaterThanOrEqual(allowedAt.get(peer.peerUrl) ?? 0);
        try {
          return await scripted.sync(peer, given);
        } catch (error) {
          const wait = error instanceof PeerSyncRateLimited ? error.retryAfterSeconds : 0;
          // A result after the run got stuck is ignored.
          if (wait > 0 && !given.signal.aborted) allowedAt.set(peer.peerUrl, clock.now() / 1000 + wait);
          throw error;
        }
      };
      let saved: SavedRun | undefined;
      let waits = 0;
      const call = async (): Promise<OneRun> => {
        const run = await once(
          {
            sync,
            policy: numbers,
            random: () => 0.5,
            ...(saved === undefined ? { peers: list } : { saved }),
          },
          clock,
        );
        saved = JSON.parse(JSON.stringify(run.saved));
        expect(run.nextAt).toBeGreaterThanOrEqual(clock.now() / 1000);
        // A call at the returned time must not wait twice in a row.
        waits = run.ended === 'waiting' ? waits + 1 : 0;
        expect(waits).toBeLessThan(2);
        clock.advanceTo(Math.max(clock.now(), Math.ceil(run.nextAt * 1000)));
        return run;
      };
      for (let calls = 0; calls < 5; calls += 1) await call();
      scripted.answerFromNowOn();
      let last = await call();
      for (let calls = 0; calls < 5 && last.saved.state.lastOutcome !== 'ok'; calls += 1) last = await call();
      const isAnybody = list.some(({ bucket, enabled }) => bucket === 'sync' && enabled);
      expect(last.saved.state.lastOutcome).toBe(isAnybody ? 'ok' : 'solo');
    }),
  );
});
