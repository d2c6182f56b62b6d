import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  createMemoryStorage,
  createSyncWorker,
  createVirtualClock,
  initialSyncState,
  PeerSyncRateLimited,
  type SyncAnswer,
} from '../../src/index.ts';
import { BEGIN, embed } from '../support/embedded-worker.ts';

const peers = ['http://a.example'];
const good = { sync: () => ({ head: 'h1' }), peers };

describe('a worker', () => {
  test('does nothing before it is started', async () => {
    const { worker, clock, pass } = embed(good);
    await pass(1000);
    expect(worker.state).toEqual(initialSyncState());
    expect(clock.size).toBe(0);
    expect(worker.actor).toBeUndefined();
    expect(() => worker.requestSync()).toThrow(/start\(\) it first/);
  });

  test('syncs at once when it is started, and then at every interval', async () => {
    const { worker, pass } = embed(good);
    await worker.start();
    await pass(0);
    expect(worker.state).toMatchObject({ lastOutcome: 'ok', currentHead: 'h1', nextSyncDueAt: BEGIN + 300 });
    await pass(300_000);
    expect(worker.state.lastSyncOkAt).toBe(BEGIN + 300);
    await worker.stop();
  });

  test('is started and stopped once, however often it is asked', async () => {
    const starts: string[] = [];
    const storage = {
      ...createMemoryStorage(),
      load: () => {
        starts.push('load');
        return {};
      },
      close: () => void starts.push('close'),
    };
    const { worker } = embed({ ...good, storage });
    await Promise.all([worker.start(), worker.start()]);
    await worker.start();
    await Promise.all([worker.stop(), worker.stop()]);
    await worker.stop();
    expect(starts).toEqual(['load', 'close']);
  });

  test('leaves no timer, no listener and no handle behind when it is stopped', async () => {
    const handles = process.getActiveResourcesInfo();
    const signals: AbortSignal[] = [];
    const worker = createSyncWorker({
      peers,
      sync: (_, { signal }) => {
        signals.push(signal);
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    });
    await worker.start();
    const attempted = worker.waitFor('running', { timeout: 60_000 });
    await attempted;
    while (signals.length === 0) await setImmediate();
    expect(process.getActiveResourcesInfo().length).toBeGreaterThan(handles.length);
    await worker.stop();
    const isHandle = (name: string): boolean => name !== 'Timeout';
    expect(process.getActiveResourcesInfo().filter(isHandle)).toEqual(handles.filter(isHandle));
    expect(signals[0]?.aborted).toBe(true);
    expect(worker.snapshot?.status).toBe('stopped');
  });

  test('sets no timer on its clock after a stop, and none when a run was cut short', async () => {
    const { worker, clock, pass, stop } = embed({ sync: () => new Promise(() => undefined), peers });
    await worker.start();
    await pass(10);
    expect(worker.state.lastOutcome).toBe('running');
    await stop();
    expect(clock.size).toBe(0);
  });

  test('can be started again, and goes on where it was', async () => {
    const { worker, pass } = embed(good);
    await worker.start();
    await pass(0);
    await worker.stop();
    await worker.start();
    await pass(100_000);
    expect(worker.state).toMatchObject({ lastOutcome: 'ok', lastSyncOkAt: BEGIN });
    await pass(200_000);
    expect(worker.state.lastSyncOkAt).toBe(BEGIN + 300);
    await worker.stop();
  });

  test('waits out a run whose sync function did not end within its grace: it may still write', async () => {
    let calls = 0;
    const { worker, pass, stop } = embed({
      peers,
      sync: () => (++calls === 1 ? new Promise(() => undefined) : { head: 'h2' }),
    });
    await worker.start();
    await pass(95_000);
    await stop();
    expect(worker.state.lastOutcome).toBe('running');
    await worker.start();
    await pass(200_999);
    expect(calls).toBe(1);
    await pass(1);
    expect(worker.state).toMatchObject({ lastOutcome: 'ok', currentHead: 'h2' });
    await worker.stop();
  });

  test('withdraws the run that a stop cut short, and asks within seconds of the next start', async () => {
    const signals: AbortSignal[] = [];
    const events: string[] = [];
    const { worker, pass } = embed({
      peers,
      sync: (_, { signal }) => {
        signals.push(signal);
        if (signals.length > 1) return { head: 'h2' };
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      },
    });
    worker.on('*', ({ type }) => events.push(type));
    await worker.start();
    await pass(95_500);
    await worker.stop();
    expect(signals[0]?.reason).toMatchObject({ name: 'SyncAbortedError', code: 'stopped' });
    expect(events.at(-1)).toBe('run.withdrawn');
    expect(worker.state).toMatchObject({
      lastOutcome: 'idle',
      consecutiveFailures: 0,
      nextSyncDueAt: BEGIN + 97,
    });
    expect(worker.peers).toMatchObject([{ failureCount: 0, withdrawn: true }]);
    await worker.start();
    await pass(2000);
    expect(worker.state).toMatchObject({ lastOutcome: 'ok', currentHead: 'h2' });
    await worker.stop();
  });

  test('keeps a Retry-After that comes while it stops', async () => {
    const { worker, pass } = embed({
      peers,
      sync: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new PeerSyncRateLimited({ retryAfterSeconds: 600 })));
        }),
    });
    await worker.start();
    await pass(10);
    await worker.stop();
    expect(worker.state.lastOutcome).toBe('idle');
    expect(worker.peers).toMatchObject([{ retryAfter: { until: BEGIN + 601 } }]);
  });

  test('keeps an answer that comes while it stops', async () => {
    let answer: (given: SyncAnswer) => void = () => undefined;
    const { worker, pass } = embed({
      peers,
      sync: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    await worker.start();
    await pass(10);
    const stopped = worker.stop();
    answer({ head: 'h1' });
    await stopped;
    expect(worker.state).toMatchObject({ lastOutcome: 'ok', currentHead: 'h1' });
  });

  test('is stopped by `await using`', async () => {
    const { worker, clock, pass } = embed(good);
    {
      await using used = worker;
      await used.start();
      await pass(0);
      expect(clock.size).toBeGreaterThan(0);
    }
    expect(clock.size).toBe(0);
  });

  test('is stopped while it starts', async () => {
    const { worker, clock } = embed(good);
    const started = worker.start();
    await worker.stop();
    await started;
    expect(clock.size).toBe(0);
  });

  test('keeps the process alive by default, and not if unref is asked for', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length - before;
    const held = createSyncWorker(good);
    await held.start();
    expect(timers()).toBeGreaterThan(0);
    await held.stop();
    const free = createSyncWorker({ ...good, unref: true });
    await free.start();
    expect(timers()).toBe(0);
    await free.stop();
  });

  test('refuses bad options when it is created, naming option, value and what is allowed', () => {
    expect(() => createSyncWorker({ ...good, policy: { intervalSeconds: -1 } })).toThrow(
      'Policy option intervalSeconds is -1; allowed is a finite number of at least 0',
    );
    expect(() => createSyncWorker({ ...good, peers: ['nonsense'] })).toThrow(
      /^peers\[0\]: peerUrl is "nonsense"/,
    );
    expect(() => createSyncWorker({ ...good, sync: 7 as never })).toThrow('sync is 7; allowed is a function');
    expect(() => createSyncWorker({ ...good, polcy: {} } as never)).toThrow(
      'Unknown option polcy; known are',
    );
    expect(() => createSyncWorker({ ...good, peers: 'http://a' as never })).toThrow('peers is "http://a"');
    expect(() => createSyncWorker({ ...good, storage: {} as never })).toThrow('storage.load is undefined');
    expect(() => createSyncWorker({ ...good, clock: {} as never })).toThrow('clock.now is undefined');
    const store = createMemoryStorage();
    expect(() => createSyncWorker({ ...good, storage: { ...store, close: 7 as never } })).toThrow(
      'storage.close is 7; allowed is a function',
    );
    expect(() => createSyncWorker({ ...good, gate: { enter: good.sync, reset: {} } as never })).toThrow(
      /^gate.reset is .*; allowed is a function/,
    );
    expect(() => createSyncWorker({ ...good, unref: true, clock: createVirtualClock() })).toThrow(
      /^unref is true/,
    );
    expect(() => createSyncWorker(undefined as never)).toThrow('createSyncWorker() was given undefined');
  });

  test('a start that the storage refuses throws, and can be tried again', async () => {
    let locked = true;
    const storage = {
      ...createMemoryStorage(),
      load: () => {
        if (locked) throw new Error('the folder is locked');
        return {};
      },
    };
    const { worker, pass } = embed({ ...good, storage });
    await expect(worker.start()).rejects.toThrow('the folder is locked');
    await worker.stop();
    locked = false;
    await worker.start();
    await pass(0);
    expect(worker.state.lastOutcome).toBe('ok');
    await worker.stop();
  });
});
