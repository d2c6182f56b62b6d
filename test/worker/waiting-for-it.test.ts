import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { embed } from '../support/embedded-worker.ts';

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

test('a clock that is set, and a machine that sleeps, are told', async () => {
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

test('five hundred workers share one machine and mind their own peers', async () => {
  const asked = new Map<number, Set<string>>();
  const { clock, pass } = embed(good);
  const { createSyncWorker } = await import('../../src/index.ts');
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
