import { expect, test } from 'vitest';
import { logWorker } from '../../src/command-line/log/log-worker.ts';
import { PeerSyncRateLimited } from '../../src/index.ts';
import { watchHealth } from '../../src/operations/worker-health.ts';
import { createWorkerMetrics } from '../../src/operations/worker-metrics.ts';
import { BEGIN, embed } from '../support/embedded-worker.ts';
import { captureLog } from './log/captured-log.ts';

const HOUR = 3_600_000;
const DAY = 24;

test('over a day of waiting the log, the metrics and the health agree on what was done, and none is ever late', async () => {
  let asked = 0;
  const { worker, clock, pass } = embed({
    peers: ['http://a.example'],
    // Twice an hour the peer is overloaded, and asks for ten minutes.
    sync: () => {
      asked += 1;
      if (asked % 6 === 0) throw new PeerSyncRateLimited({ retryAfterSeconds: 600, retryAfterHeader: '600' });
      return { head: `h${asked}` };
    },
  });
  const log = captureLog();
  logWorker(worker, log.logger);
  const metrics = createWorkerMetrics(worker);
  await worker.start();
  const health = watchHealth(worker, clock);
  for (let hour = 0; hour < DAY; hour += 1) {
    await pass(HOUR);
    expect(health.health()).toMatchObject({ healthy: true, lateSeconds: 0 });
  }

  // Five runs 300 s apart, then one that is followed by 600 s: 6 in 35 minutes.
  const cycles = (DAY * HOUR) / (35 * 60_000);
  const ends = log.lines().filter(({ event }) => event === 'run.finished');
  const failed = ends.filter(({ outcome }) => outcome === 'error').length;
  expect(failed).toBe(Math.floor(cycles));
  expect(ends).toHaveLength(asked);
  const text = await metrics.registry.metrics();
  expect(text).toContain(`sync_worker_runs_total{outcome="ok"} ${asked - failed}\n`);
  expect(text).toContain(`sync_worker_runs_total{outcome="error"} ${failed}\n`);
  expect(text).toContain(`sync_worker_retry_after_answers_total ${failed}\n`);
  expect(clock.now()).toBe((BEGIN + DAY * 3600) * 1000);
  metrics.close();
  health.close();
  await worker.stop();
});
