import { describe, expect, test } from 'vitest';
import { CLOCK_CHECK_SECONDS } from '../../../src/core.ts';
import type { SyncWorkerOptions, VirtualClock } from '../../../src/index.ts';
import { isWedged, watchHealth } from '../../../src/operations/worker-health.ts';
import { happenings } from '../../../src/testing/fast-check/index.ts';
import { expectThat } from '../../support/cheap-expect.ts';
import { BEGIN, embed } from '../../support/embedded-worker.ts';
import { fc } from '../../support/property.ts';
import { lives, liveWorker } from './live-worker.ts';

const good = { sync: () => ({ head: 'h1' }), peers: ['http://a.example'] };

describe('the rule', () => {
  test('is that a worker is late by more than a minute', () => {
    expect([0, 60, 60.001, Number.POSITIVE_INFINITY].map(isWedged)).toEqual([false, false, true, true]);
  });
});

/** A worker whose timers may be lost, while the clocks go on. */
async function watched(options: Omit<SyncWorkerOptions, 'clock'> = good) {
  const embedded = embed(options);
  await embedded.worker.start();
  await embedded.pass(0);
  let lostMs = 0;
  // Whole from the start: at a time of 13 digits a thousandth of a second has no exact double.
  const now = (): number => embedded.clock.now() - BEGIN * 1000 + lostMs;
  const watch = watchHealth(embedded.worker, { now: () => 0, monotonic: now });
  return {
    ...embedded,
    watch,
    /** Time in which no timer has its turn. */
    lose: (ms: number) => {
      lostMs += ms;
    },
  };
}

describe('a worker', () => {
  test('that never began, or was stopped, is not healthy, and says what to do', async () => {
    const { worker, pass } = embed(good);
    const watch = watchHealth(worker);
    const off = { healthy: false, reason: 'The worker is not running; start it.', lateSeconds: 0 };
    expect(watch.health()).toMatchObject({ ...off, state: 'idle' });
    await worker.start();
    expect(watch.health().healthy).toBe(true);
    await pass(0);
    await worker.stop();
    expect(watch.health()).toMatchObject({ ...off, state: 'ok' });
    await worker.start();
    expect(watch.health().healthy).toBe(true);
    await worker.stop();
  });

  test('that waits for its interval is healthy all the time, and says when it runs again', async () => {
    const { worker, watch, pass } = await watched();
    for (let seconds = 0; seconds < 900; seconds += 7) {
      expect(watch.health()).toMatchObject({ healthy: true, lateSeconds: 0, state: 'ok' });
      await pass(7000);
    }
    expect(watch.health().nextRunAt).toBe(BEGIN + 1200);
    await worker.stop();
  });

  test('whose peer never answers is healthy: each run ends at its stuck limit', async () => {
    const { stop, watch, pass } = await watched({ ...good, sync: () => new Promise(() => undefined) });
    for (let minutes = 0; minutes < 30; minutes += 1) {
      expect(watch.health()).toMatchObject({ healthy: true, state: 'running' });
      await pass(60_000);
    }
    await stop();
  });

  test('whose timers are lost is wedged a minute after the end of its wait, and not before', async () => {
    const { worker, watch, lose, pass } = await watched();
    await pass(20_000);
    lose(280_000);
    expect(watch.health()).toMatchObject({ healthy: true, lateSeconds: 0 });
    lose(60_000);
    expect(watch.health()).toMatchObject({
      healthy: true,
      lateSeconds: 60,
      reason: 'The worker is late by 60 s; up to 60 s is normal.',
    });
    lose(1);
    expect(watch.health()).toMatchObject({
      healthy: false,
      lateSeconds: expect.closeTo(60.001, 5),
      reason: 'The worker is late by 61 s: it is wedged; restart it.',
    });
    await worker.stop();
  });

  test('that begins its run after all is healthy again', async () => {
    const { worker, watch, lose, pass } = await watched();
    lose(400_000);
    expect(watch.health().healthy).toBe(false);
    await pass(300_000);
    expect(watch.health()).toMatchObject({ healthy: true, lateSeconds: 0 });
    await worker.stop();
  });

  test('whose chart failed is healthy while it is started again, and afterwards', async () => {
    const { worker, clock, watch, pass } = await watched();
    worker.on('fault', () => undefined);
    failNextTimer(clock);
    await pass(300_000);
    expect(worker.snapshot?.status).toBe('error');
    expect(watch.health().healthy).toBe(true);
    await pass(1000);
    expect(worker.snapshot?.status).toBe('active');
    for (let minutes = 0; minutes < 10; minutes += 1) {
      await pass(60_000);
      expect(watch.health()).toMatchObject({ healthy: true });
    }
    await worker.stop();
  });

  test('whose chart failed and is not started again is wedged', async () => {
    const { worker, clock, watch, lose, pass } = await watched();
    worker.on('fault', () => undefined);
    failNextTimer(clock);
    await pass(300_000);
    lose(120_001);
    expect(worker.snapshot?.status).toBe('error');
    expect(watch.health()).toMatchObject({ healthy: false });
    await worker.stop();
  });
});

/** XState ends an actor whose clock throws. */
function failNextTimer(clock: VirtualClock): void {
  const { setTimeout } = clock;
  clock.setTimeout = (callback, delay) => {
    // The check of the clock is not the chart's.
    if (delay === CLOCK_CHECK_SECONDS * 1000) return setTimeout(callback, delay);
    clock.setTimeout = setTimeout;
    throw new Error('no timer to be had');
  };
}

test('whatever happens to a worker, and however its clock is set, it is healthy while its timers run, and no longer', async () => {
  await fc.assert(
    fc.asyncProperty(lives, happenings(), async (life, all) => {
      const { worker, clock, happen, lose, stop } = await liveWorker(life);
      const watch = watchHealth(worker, clock);
      for (const one of all) {
        await happen(one);
        expectThat(watch.health().healthy, () => watch.health().reason);
      }
      // By a clock that was set, `nextRunAt` does not say what the monotonic one has left.
      if (!all.some(({ kind }) => kind === 'jump')) {
        // A double has no milliseconds left for a wait of a hundred million years.
        const ms = (watch.health().nextRunAt - clock.now() / 1000 + 61) * 1000 * (1 + 8 * Number.EPSILON);
        lose(ms);
        expectThat(!watch.health().healthy, () => 'healthy without timers');
        lose(-ms);
      }
      await stop();
    }),
  );
});
