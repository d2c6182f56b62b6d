import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createSyncWorker, createVirtualClock, PeerSyncRateLimited } from '../../src/index.ts';
import { BEGIN, embed } from '../support/embedded-worker.ts';

const peers = ['http://a.example'];
const good = { sync: () => ({ head: 'h1' }), peers };
const failing = {
  peers,
  sync: () => {
    throw new Error('refused');
  },
};

describe('waitFor', () => {
  test('resolves when the outcome comes, and at once if it is there', async () => {
    const { worker, pass } = embed(good);
    await expect(worker.waitFor('idle')).resolves.toMatchObject({ lastOutcome: 'idle' });
    await worker.start();
    const ok = worker.waitFor('ok');
    await pass(0);
    await expect(ok).resolves.toMatchObject({ currentHead: 'h1' });
    await worker.stop();
  });

  test('ends with its timeout, its signal, or the worker, and leaves no timer', async () => {
    const { worker, clock, pass } = embed(failing);
    await worker.start();
    const late = expect(worker.waitFor('ok', { timeout: 500 })).rejects.toThrow(
      /not ok within 500 ms.*error/,
    );
    await pass(500);
    await late;
    const controller = new AbortController();
    const gone = expect(worker.waitFor('ok', { signal: controller.signal, timeout: 500 })).rejects.toThrow(
      'enough',
    );
    controller.abort(new Error('enough'));
    await gone;
    await expect(worker.waitFor('ok', { signal: controller.signal })).rejects.toThrow('enough');
    const never = expect(worker.waitFor('ok', { timeout: 1e6 })).rejects.toThrow(/stopped before it was ok/);
    await worker.stop();
    await never;
    expect(clock.size).toBe(0);
  });
});

describe('on a worker that is stopped', () => {
  test('every way to wait settles: a promise rejects with the reason, an iterator ends', async () => {
    const { worker, clock, pass } = embed(good);
    await worker.start();
    await pass(0);
    await worker.stop();
    await expect(worker.waitFor('error')).rejects.toThrow(
      /is stopped, and will not be error before it starts again; it is ok/,
    );
    await expect(worker.waitFor('ok', { next: true, timeout: 1e12 })).rejects.toThrow(/is stopped/);
    await expect(worker.syncNow()).rejects.toThrow(/is stopped|start\(\) it first/);
    expect(await worker.changes().next()).toEqual({ done: true, value: undefined });
    // What it is already needs no wait.
    await expect(worker.waitFor('ok')).resolves.toMatchObject({ currentHead: 'h1' });
    expect(clock.size).toBe(0);
  });

  test('they work again after the next start', async () => {
    const { worker, pass } = embed(good);
    await worker.start();
    await pass(0);
    await worker.stop();
    await worker.start();
    const changes = worker.changes();
    expect((await changes.next()).value).toMatchObject({ lastOutcome: 'ok' });
    const again = worker.waitFor('ok', { next: true });
    await pass(300_000);
    await expect(again).resolves.toMatchObject({ lastSyncOkAt: BEGIN + 300 });
    await worker.stop();
  });

  test.each([-1, Number.NaN, '5'])('a timeout of %j is refused', async (timeout) => {
    const { worker } = embed(good);
    const waiting = worker.waitFor('ok', { timeout: timeout as number });
    await expect(waiting).rejects.toThrow(/^timeout is .*; allowed are milliseconds/);
  });

  test('an outcome that does not exist, and a listener that is none, are refused', async () => {
    const { worker } = embed(good);
    await expect(worker.waitFor('okay' as never)).rejects.toThrow(
      /^outcome is "okay"; allowed is one of idle, /,
    );
    expect(() => worker.on('run.finished', 7 as never)).toThrow('the listener is 7; allowed is a function');
  });

  test('a timeout above 2^31−1 ms is meant as it is written', async () => {
    const { worker, pass } = embed({ peers, policy: { intervalSeconds: 1e9 }, sync: () => ({ head: 'h1' }) });
    await worker.start();
    let rejected = false;
    const late = worker.waitFor('fork', { timeout: 2 ** 32 }).catch((error) => {
      rejected = true;
      return error;
    });
    await pass(2 ** 31);
    expect(rejected).toBe(false);
    await pass(2 ** 31);
    expect(await late).toMatchObject({ name: 'TimeoutError' });
    await worker.stop();
  });
});

describe('syncNow', () => {
  test('resolves to the state that its run ends in, before its time', async () => {
    let runs = 0;
    const { worker, pass } = embed({ peers, sync: () => ({ head: `h${++runs}` }) });
    await worker.start();
    await pass(10_000);
    const synced = worker.syncNow();
    await pass(0);
    await expect(synced).resolves.toMatchObject({ currentHead: 'h2', lastSyncOkAt: BEGIN + 10 });
    await worker.stop();
  });

  test('is answered by the run under way, and by a failed run too', async () => {
    let fail: (error: Error) => void = () => undefined;
    const { worker, pass } = embed({
      peers,
      sync: () =>
        new Promise((_, reject) => {
          fail = reject;
        }),
    });
    await worker.start();
    await pass(10);
    const synced = worker.syncNow();
    fail(new Error('refused'));
    await pass(0);
    await expect(synced).resolves.toMatchObject({ lastOutcome: 'error', lastError: 'refused' });
    await worker.stop();
  });

  test('waits for a Retry-After, also with force, and goes past a backoff with force alone', async () => {
    let runs = 0;
    const { worker, pass } = embed({
      peers,
      sync: () => {
        runs += 1;
        if (runs === 1) throw new Error('refused');
        if (runs === 2) throw new PeerSyncRateLimited({ retryAfterSeconds: 600 });
        return { head: 'h1' };
      },
    });
    await worker.start();
    await pass(1000);
    const plain = worker.syncNow();
    await pass(1000);
    expect(runs).toBe(1);
    const forced = worker.syncNow({ force: true });
    await pass(1000);
    await expect(forced).resolves.toMatchObject({ lastOutcome: 'error', consecutiveFailures: 2 });
    await expect(plain).resolves.toMatchObject({ consecutiveFailures: 2 });
    const third = worker.syncNow({ force: true });
    await pass(590_000);
    expect(runs).toBe(2);
    await pass(20_000);
    await expect(third).resolves.toMatchObject({ lastOutcome: 'ok' });
    await worker.stop();
  });

  test('ends with its signal, or with the worker, and the run goes on without it', async () => {
    let asked = 0;
    const { worker, pass, stop } = embed({
      peers,
      sync: () => {
        asked += 1;
        return new Promise(() => undefined);
      },
    });
    await worker.start();
    await pass(10);
    const controller = new AbortController();
    const aborted = expect(worker.syncNow({ signal: controller.signal })).rejects.toThrow('enough');
    const stopped = expect(worker.syncNow()).rejects.toThrow(/stopped before it was done with a run/);
    controller.abort(new Error('enough'));
    await aborted;
    expect(worker.state.lastOutcome).toBe('running');
    await stop();
    await stopped;
    expect(asked).toBe(1);
    const early = createSyncWorker({ ...good, clock: createVirtualClock() });
    await expect(early.syncNow()).rejects.toThrow(/start\(\) it first/);
  });
});

describe('changes', () => {
  test('gives the state now and at each change, and ends when the worker stops', async () => {
    const { worker, pass } = embed(good);
    const outcomes: string[] = [];
    const reading = (async () => {
      for await (const { lastOutcome } of worker.changes()) outcomes.push(lastOutcome);
    })();
    await worker.start();
    await pass(1000);
    await worker.stop();
    await reading;
    expect(outcomes[0]).toBe('idle');
    expect(outcomes.at(-1)).toBe('ok');
  });

  test('gives a slow reader the newest and keeps no queue', async () => {
    let runs = 0;
    const { worker, pass } = embed({ peers, sync: () => ({ head: `h${++runs}` }) });
    await worker.start();
    const changes = worker.changes();
    await changes.next();
    await pass(3_000_000);
    expect(runs).toBe(11);
    expect((await changes.next()).value).toMatchObject({ currentHead: 'h11', lastOutcome: 'ok' });
    await worker.stop();
    expect((await changes.next()).done).toBe(true);
  });

  test('ends with its signal', async () => {
    const { worker, pass } = embed(good);
    await worker.start();
    await pass(0);
    const controller = new AbortController();
    const changes = worker.changes({ signal: controller.signal });
    await changes.next();
    const next = changes.next();
    await setImmediate();
    controller.abort();
    expect((await next).done).toBe(true);
    await worker.stop();
  });
});

test('a clock that is set and a machine that sleeps are reported', async () => {
  const { worker, clock, pass } = embed(good);
  const jumps: number[] = [];
  let ahead = 0;
  const { now } = clock;
  Object.assign(clock, { monotonic: () => now(), now: () => now() + ahead });
  worker.on('clock.jumped', ({ seconds }) => jumps.push(seconds));
  await worker.start();
  await pass(1000);
  ahead = 3_600_000;
  await pass(60_000);
  ahead = 0;
  await pass(60_000);
  expect(jumps).toEqual([3600, -3600]);
  await worker.stop();
});

test('five hundred workers share one machine and ask only their own peers', async () => {
  const asked = new Map<number, Set<string>>();
  const { clock, pass } = embed(good);
  const random = (): number => 0;
  const workers = Array.from({ length: 500 }, (_, index) =>
    createSyncWorker({
      clock,
      random,
      peers: [`http://peer-${index}.example`],
      sync: ({ peerUrl }) => {
        asked.set(index, (asked.get(index) ?? new Set()).add(peerUrl));
        return { head: `h${index}` };
      },
    }),
  );
  await Promise.all(workers.map((worker) => worker.start()));
  await pass(0);
  expect(new Set(workers.map((worker) => worker.snapshot?.machine)).size).toBe(1);
  workers.forEach((worker, index) => {
    expect(worker.state).toMatchObject({ lastOutcome: 'ok', currentHead: `h${index}` });
    expect([...(asked.get(index) ?? [])]).toEqual([`http://peer-${index}.example`]);
  });
  await Promise.all(workers.map((worker) => worker.stop()));
  expect(clock.size).toBe(0);
});
