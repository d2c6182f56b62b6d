import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { createSyncWorker } from '../../src/index.ts';
import { createWorkerMetrics } from '../../src/operations/index.ts';
import { median } from './median.ts';

export interface ScrapeFigures {
  /** Milliseconds, the median of several. */
  readonly scrape: number;
  readonly bytes: number;
  /** Milliseconds by which the event loop is late meanwhile, at the 99th percentile. */
  readonly loopP99: number;
}

const SCRAPES = 10;

/** Scrapes of many started workers, each with three peers, in one registry. */
export async function measureScrape(count: number): Promise<ScrapeFigures> {
  const registry = new Registry();
  const workers = Array.from({ length: count }, (_, index) =>
    createSyncWorker({
      peers: [1, 2, 3].map((peer) => `https://peer-${index}-${peer}.example`),
      sync: async () => ({ head: 'head' }),
      policy: { spreadRatio: 1, intervalSeconds: 3600 },
    }),
  );
  for (const worker of workers) createWorkerMetrics(worker, { registry });
  await Promise.all(workers.map((worker) => worker.start()));
  await Promise.all(workers.map((worker) => worker.syncNow()));
  // What the runs left to do is no part of a scrape.
  await setTimeout(1000);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const times: number[] = [];
  let bytes = 0;
  for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
    const began = performance.now();
    bytes = Buffer.byteLength(await registry.metrics());
    times.push(performance.now() - began);
    await setTimeout(20);
  }
  delay.disable();
  await Promise.all(workers.map((worker) => worker.stop()));
  return { scrape: median(times), bytes, loopP99: delay.percentile(99) / 1e6 };
}
