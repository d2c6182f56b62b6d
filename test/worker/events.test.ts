import { describe, expect, test } from 'vitest';
import type { SyncWorkerNotification } from '../../src/index.ts';
import { embed } from '../support/embedded-worker.ts';

const good = { sync: () => ({ head: 'h1' }), peers: ['http://a.example'] };

describe('a listener', () => {
  test('gets the events of a run in order, with a duration that no clock change affects', async () => {
    const { worker, pass } = embed(good);
    const told: SyncWorkerNotification[] = [];
    worker.on('*', (event) => told.push(event));
    await worker.start();
    await pass(0);
    expect(told.map(({ type }) => type)).toEqual([
      'run.started',
      'attempt.started',
      'attempt.finished',
      'run.finished',
    ]);
    expect(told[2]).toMatchObject({ durationSeconds: 0, result: { outcome: 'ok', head: 'h1' } });
    await worker.stop();
  });

  test('for an unknown event is refused', () => {
    const { worker } = embed(good);
    const on = worker.on as (type: string, listener: () => void) => () => void;
    expect(() => on('run.done', () => undefined)).toThrow(
      /^the event is "run\.done"; allowed is run\.started, .*, fault or \*$/,
    );
    for (const type of ['constructor', '', '__proto__'])
      expect(() => on(type, () => undefined)).toThrow(TypeError);
  });

  test('gets no more events once it is removed, by its function or by its signal', async () => {
    const { worker, pass } = embed(good);
    const runs = { first: 0, second: 0 };
    const off = worker.on('run.finished', () => {
      runs.first += 1;
    });
    const controller = new AbortController();
    worker.on(
      'run.finished',
      () => {
        runs.second += 1;
      },
      { signal: controller.signal },
    );
    await worker.start();
    await pass(0);
    off();
    off();
    controller.abort();
    await pass(300_000);
    expect(runs).toEqual({ first: 1, second: 1 });
    worker.on(
      'run.finished',
      () => {
        runs.second += 1;
      },
      { signal: controller.signal },
    );
    await pass(300_000);
    expect(runs.second).toBe(1);
    await worker.stop();
  });

  test('that throws or rejects is reported, without effect on the worker or the other listeners', async () => {
    const { worker, pass } = embed(good);
    const faults: string[] = [];
    let others = 0;
    worker.on('run.finished', () => {
      throw new Error('thrown');
    });
    worker.on('run.finished', async () => Promise.reject(new Error('rejected')));
    worker.on('run.finished', () => {
      others += 1;
    });
    worker.on('fault', ({ error }) => faults.push(error.message));
    await worker.start();
    await pass(300_000);
    expect(faults.sort()).toEqual(['rejected', 'rejected', 'thrown', 'thrown']);
    expect(others).toBe(2);
    expect(worker.state.lastOutcome).toBe('ok');
    await worker.stop();
  });

  test('for faults that itself throws causes no endless loop', async () => {
    const warnings: unknown[] = [];
    const warned = (warning: Error): unknown => warnings.push(warning.message);
    process.on('warning', warned);
    const { worker, pass } = embed(good);
    worker.on('run.started', () => {
      throw new Error('first');
    });
    worker.on('fault', () => {
      throw new Error('second');
    });
    await worker.start();
    await pass(0);
    await worker.stop();
    process.off('warning', warned);
    expect(warnings).toEqual(['second']);
  });

  test('may stop the worker', async () => {
    const { worker, clock, pass } = embed(good);
    worker.on('run.finished', () => worker.stop());
    await worker.start();
    await pass(1000);
    expect(clock.size).toBe(0);
    expect(worker.state.lastOutcome).toBe('ok');
  });
});

test('a chart that fails is reported, its attempt aborted, and it is started again', async () => {
  const embedded = embed({ ...good, sync: () => new Promise(() => undefined) });
  const { worker, clock, pass, stop } = embedded;
  const faults: Error[] = [];
  worker.on('fault', ({ error }) => faults.push(error));
  await worker.start();
  await pass(1);
  const failed = worker.actor;
  let broken = true;
  const { setTimeout } = clock;
  clock.setTimeout = (callback, delay) => {
    if (broken && delay !== 60_000) {
      broken = false;
      throw new Error('no timer to be had');
    }
    return setTimeout(callback, delay);
  };
  await pass(300_000);
  expect(faults).toMatchObject([{ message: 'The chart failed and is started again' }]);
  await pass(300_000);
  expect(worker.actor).not.toBe(failed);
  expect(worker.snapshot?.status).toBe('active');
  await stop();
});
