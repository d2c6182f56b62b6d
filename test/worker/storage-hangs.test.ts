import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  createMemoryStorage,
  type PeerGate,
  type PeerPass,
  type SyncStorage,
  type SyncWorker,
} from '../../src/index.ts';
import { embed } from '../support/embedded-worker.ts';
import { fc } from '../support/property.ts';

const peers = ['http://a.example', 'http://b.example'];
const good = { sync: () => ({ head: 'h1' }), peers };

/** A storage whose loads settle when they are told to. */
function slowToLoad(): SyncStorage & { readonly calls: string[]; settle(error?: Error): void } {
  const calls: string[] = [];
  const waiting: ((error?: Error) => void)[] = [];
  return {
    calls,
    settle: (error) => waiting.shift()?.(error),
    load: () => {
      calls.push('load');
      return new Promise((resolve, reject) => {
        waiting.push((error) => (error === undefined ? resolve({}) : reject(error)));
      });
    },
    save: () => undefined,
    close: () => void calls.push('close'),
  };
}

/** How a promise stands, for later. */
function watched<Value>(promise: Promise<Value>): { value?: Value; error?: unknown; isOver: boolean } {
  const seen: { value?: Value; error?: unknown; isOver: boolean } = { isOver: false };
  promise.then(
    (value) => Object.assign(seen, { value, isOver: true }),
    (error: unknown) => Object.assign(seen, { error, isOver: true }),
  );
  return seen;
}

const hung = (what: string) => ({
  name: 'PeerSyncLocalError',
  code: 'local',
  message: `the storage does not answer: ${what} takes longer than 30 s`,
});

describe('a load that hangs', () => {
  test('makes the start fail after 30 s, and leaves nothing open, then and when it settles', async () => {
    const storage = slowToLoad();
    const { worker, clock, pass } = embed({ ...good, storage });
    const started = watched(worker.start());
    const waited = watched(worker.waitFor('ok'));
    await pass(29_999);
    expect(started.isOver).toBe(false);
    expect(worker.isStarted).toBe(false);
    await pass(1);
    expect(started.error).toMatchObject(hung('a load'));
    expect(waited.error).toMatchObject({ message: 'The worker stopped before it was ok; it is idle' });
    expect(storage.calls).toEqual(['load', 'close']);
    expect(clock.size).toBe(0);
    storage.settle();
    await pass(0);
    expect(storage.calls).toEqual(['load', 'close', 'close']);
    expect(worker.state.lastOutcome).toBe('idle');
  });

  test('is waited for by the next start, and never joined by a second one', async () => {
    const storage = slowToLoad();
    const { worker, pass } = embed({ ...good, storage });
    watched(worker.start());
    await pass(30_000);
    const second = watched(worker.start());
    await pass(30_000);
    expect(second.error).toMatchObject(hung('a load'));
    const third = watched(worker.start());
    await pass(10_000);
    storage.settle(new Error('the server went away'));
    await pass(0);
    expect(storage.calls).toEqual(['load', 'close', 'close', 'load']);
    storage.settle();
    await pass(0);
    expect(third).toEqual({ isOver: true });
    expect(worker.state.lastOutcome).toBe('ok');
    await worker.stop();
  });

  test('lets a stop come to its end', async () => {
    const storage = slowToLoad();
    const { worker, clock, pass } = embed({ ...good, storage });
    const started = watched(worker.start());
    const stopped = watched(worker.stop());
    await pass(30_000);
    expect(started.error).toMatchObject(hung('a load'));
    expect(stopped).toEqual({ isOver: true });
    expect(clock.size).toBe(0);
  });
});

test('a close that hangs makes the stop fail after 30 s', async () => {
  const storage = { ...createMemoryStorage(), close: () => new Promise<void>(() => undefined) };
  const { worker, clock, pass } = embed({ ...good, storage });
  await worker.start();
  const stopped = watched(worker.stop());
  await pass(30_000);
  expect(stopped.error).toMatchObject(hung('a close'));
  expect(clock.size).toBe(0);
});

test('a start that fails does not undo one that was asked for after it', async () => {
  const storage = slowToLoad();
  const { worker, pass } = embed({ ...good, storage });
  const first = watched(worker.start());
  const stopped = watched(worker.stop());
  const second = watched(worker.start());
  await pass(0);
  storage.settle(new Error('locked'));
  await pass(0);
  storage.settle();
  await pass(0);
  expect([first.error, stopped, second]).toMatchObject([
    { message: 'locked' },
    { isOver: true },
    { isOver: true },
  ]);
  expect(worker.isStarted).toBe(true);
  expect(worker.state.lastOutcome).toBe('ok');
  await worker.stop();
  expect(worker.snapshot?.status).toBe('stopped');
});

test('whoever waits for an outcome from a call of start() on gets it, at the first start and any later one', async () => {
  const { worker, pass } = embed(good);
  for (let life = 0; life < 2; life += 1) {
    const started = worker.start();
    const outcome = watched(worker.waitFor('ok', { next: true }));
    const states = worker.changes();
    await started;
    await pass(300_000);
    expect(outcome.value).toMatchObject({ lastOutcome: 'ok' });
    expect((await states.next()).value).toMatchObject({ lastOutcome: 'ok' });
    await worker.stop();
  }
});

describe('a call to a worker at any moment', () => {
  const sent: Readonly<Record<string, (worker: SyncWorker) => unknown>> = {
    setPeers: (worker) => worker.setPeers(['http://c.example', ...peers]),
    peerSeen: (worker) => worker.peerSeen('http://a.example'),
    resetPeer: (worker) => worker.resetPeer('http://a.example'),
    setPolicy: (worker) => worker.setPolicy({ intervalSeconds: 7 }),
    requestSync: (worker) => worker.requestSync(),
    syncNow: (worker) => worker.syncNow().catch(() => undefined),
  };
  /** Whether a call took effect: it emitted its event, or its request is pending or answered by a run. */
  const isTaken = (worker: SyncWorker, name: string, events: readonly string[]): boolean => {
    if (name === 'setPolicy') return events.includes('policy.changed');
    if (name === 'setPeers' || name === 'peerSeen' || name === 'resetPeer')
      return events.includes('peers.changed');
    return (
      worker.snapshot?.status === 'active' &&
      (worker.why().requested || worker.state.lastOutcome === 'running')
    );
  };
  const deed = fc.constantFrom('start', 'stop', 'settle', 'a second passes', ...Object.keys(sent));

  test('is accepted or throws, and is never lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 3, maxLength: 14 }), async (deeds) => {
        const storage = slowToLoad();
        const { worker, pass } = embed({ ...good, storage });
        const events: string[] = [];
        worker.on('*', ({ type }) => events.push(type));
        for (const name of deeds) {
          if (name === 'start') watched(worker.start());
          else if (name === 'stop') watched(worker.stop());
          else if (name === 'settle') storage.settle();
          else if (name === 'a second passes') await pass(1000);
          else {
            events.length = 0;
            const wasStarted = worker.isStarted;
            const isRefused = await Promise.resolve()
              .then(() => (name === 'syncNow' ? watched(worker.syncNow()) : sent[name]?.(worker)))
              .then(
                () => false,
                () => true,
              );
            const isLost = !isRefused && name !== 'syncNow' && !isTaken(worker, name, events);
            expect([name, isLost]).toEqual([name, false]);
            if (name !== 'syncNow') expect([name, isRefused]).toEqual([name, !wasStarted]);
          }
          await setImmediate();
        }
        watched(worker.stop());
        await pass(120_000);
      }),
    );
  });

  test('is passed on to the new chart if the old one has failed', async () => {
    const { worker, clock, pass } = embed({ ...good, sync: () => ({ head: 'h1' }) });
    worker.on('fault', () => undefined);
    await worker.start();
    await pass(1000);
    const { setTimeout } = clock;
    let isBroken = true;
    clock.setTimeout = (callback, delay) => {
      if (isBroken && delay > 60_000) {
        isBroken = false;
        throw new Error('no timer to be had');
      }
      return setTimeout(callback, delay);
    };
    worker.setPolicy({ intervalSeconds: 300 });
    expect(worker.snapshot?.status).toBe('error');
    worker.setPolicy({ intervalSeconds: 40 });
    worker.setPeers(['http://c.example']);
    worker.requestSync();
    await pass(2000);
    expect(worker.state).toMatchObject({ lastOutcome: 'ok', lastPeerUrl: 'http://c.example' });
    expect(worker.why().nextRunAt - worker.state.lastSyncOkAt).toBe(40);
    await worker.stop();
  });
});

describe('a peer that was not asked, because something of ours took its time, gets no mark', () => {
  const slowSave = (ms: number, clock: () => ReturnType<typeof embed>['clock']): SyncStorage => ({
    load: () => ({}),
    save: () =>
      new Promise((resolve) => {
        clock().setTimeout(resolve, ms);
      }),
  });

  for (const policy of [{ stuckAfterSeconds: 10 }, { attemptTimeoutSeconds: 10 }]) {
    test(`where a save takes longer than ${JSON.stringify(policy)}`, async () => {
      const embedded: ReturnType<typeof embed> = embed({
        ...good,
        policy,
        storage: slowSave(20_000, () => embedded.clock),
      });
      const { worker, pass } = embedded;
      const stuck: unknown[] = [];
      worker.on('run.stuck', (event) => stuck.push(event));
      await worker.start();
      await pass(10_000);
      expect(stuck).toEqual([]);
      expect(worker.state).toMatchObject({ lastOutcome: 'error', consecutiveFailures: 1 });
      expect(worker.state.lastError).toBe('the storage or the gate took all the time of the attempt');
      expect(worker.why()).toMatchObject({ rule: 'local fault' });
      expect(worker.peers).toMatchObject([
        { failureCount: 0, lastAskedAt: 0 },
        { failureCount: 0, lastAskedAt: 0 },
      ]);
      const stopped = worker.stop();
      await pass(60_000);
      await stopped;
    });
  }

  test('where a stop comes before the save has ended', async () => {
    const embedded: ReturnType<typeof embed> = embed({
      ...good,
      storage: slowSave(20_000, () => embedded.clock),
    });
    const { worker, pass } = embedded;
    for (let life = 0; life < 2; life += 1) {
      await worker.start();
      await pass(10);
      const stopped = worker.stop();
      await pass(60_000);
      await stopped;
    }
    expect(worker.peers).toMatchObject([
      { failureCount: 0, withdrawn: false },
      { failureCount: 0, withdrawn: false },
    ]);
  });

  test('where the gate hangs: its place is given back when it comes', async () => {
    let give: (pass: PeerPass) => void = () => undefined;
    let left = 0;
    let asked = 0;
    const gate: PeerGate = {
      enter: () =>
        new Promise((resolve) => {
          give = resolve;
        }),
    };
    const { worker, pass } = embed({ ...good, gate, sync: () => ({ head: `h${++asked}` }) });
    await worker.start();
    await pass(300_000);
    expect(worker.state).toMatchObject({ lastOutcome: 'error', consecutiveFailures: 1 });
    expect(worker.peers).toMatchObject([{ failureCount: 0 }, { failureCount: 0 }]);
    const answered = (): void => {
      left += 1;
    };
    give({ answered });
    await pass(0);
    expect([left, asked]).toEqual([1, 0]);
    const stopped = watched(worker.stop());
    await pass(0);
    expect(stopped.isOver).toBe(true);
    give({ answered });
    await pass(0);
    expect(asked).toBe(0);
  });

  test('where the gate fails', async () => {
    const gate: PeerGate = {
      enter: () => {
        throw new Error('connection lost');
      },
    };
    const { worker, pass } = embed({ ...good, gate });
    await worker.start();
    await pass(0);
    expect(worker.state).toMatchObject({
      lastOutcome: 'error',
      lastError: 'the gate failed: connection lost',
    });
    expect(worker.why()).toMatchObject({ rule: 'local fault' });
    expect(worker.peers).toMatchObject([{ failureCount: 0 }, { failureCount: 0 }]);
    await worker.stop();
  });

  test('where a run fails over while the worker stops, however soon', async () => {
    const seen = new Set<number>();
    for (let turns = 0; turns < 20; turns += 1) {
      let fail: (error: Error) => void = () => undefined;
      const asked: string[] = [];
      const { worker, pass } = embed({
        peers,
        sync: ({ peerUrl }) => {
          asked.push(peerUrl);
          return new Promise((_, reject) => {
            fail = reject;
          });
        },
      });
      await worker.start();
      await pass(10);
      fail(new Error('refused'));
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      const stopped = watched(worker.stop());
      await pass(5000);
      expect(stopped.isOver).toBe(true);
      const [first, second] = worker.peers;
      if (asked.length === 1) {
        expect(second).toMatchObject({ failureCount: 0, withdrawn: false, lastAskedAt: 0 });
        seen.add(first?.failureCount ?? Number.NaN);
      }
    }
    // Withdrawn before it had failed, and failed before the other could be asked.
    expect([...seen].sort()).toEqual([0, 1]);
  });
});
