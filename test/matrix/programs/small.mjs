/** What a bundler is given: the worker, its storage and the Infonet. Prints `small: ok`. */
import { createSyncWorker, createVirtualClock } from 'infonet-sync-worker';
import { createSyncWorkerMachine } from 'infonet-sync-worker/core';
import { createDiskStorage } from 'infonet-sync-worker/disk';
import { createMemoryChain } from 'infonet-sync-worker/infonet';
import { createWorkerMetrics } from 'infonet-sync-worker/operations';

const worker = createSyncWorker({
  sync: () => ({ head: 'h1' }),
  peers: ['http://a.example'],
});
const metrics = createWorkerMetrics(worker, { chain: createMemoryChain() });
await worker.start();
await worker.waitFor('ok');
const scraped = await metrics.registry.metrics();
await worker.stop();
const parts = [createDiskStorage, createSyncWorkerMachine, createVirtualClock];
if (
  !scraped.includes('sync_worker_runs_total{outcome="ok"} 1') ||
  parts.some((part) => typeof part !== 'function')
) {
  throw new Error(scraped);
}
console.log('small: ok');
