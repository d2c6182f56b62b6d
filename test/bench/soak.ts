/**
 * A soak: a thousand workers in one process on the real clock, with peers that answer, refuse, fail and fall silent, on
 * a shortened policy. Prints heap and handles as it goes; both have to stay flat.
 *
 * `npm run bench:soak`, ten minutes; `SOAK_MINUTES=1 npm run bench:soak` for a first impression.
 */
import { setTimeout } from 'node:timers/promises';
import { createSyncWorker, PeerSyncRateLimited, type SyncFunction } from '../../src/index.ts';
import { median } from './median.ts';

const WORKERS = 1000;
const SAMPLES = 30;
const minutes = Number(process.env['SOAK_MINUTES'] ?? 10);
if (!(minutes > 0))
  throw new RangeError(`SOAK_MINUTES is ${process.env['SOAK_MINUTES']}; allowed is a number above 0`);

let attempts = 0;
let aborted = 0;
const sync: SyncFunction = (_, { signal }) => {
  attempts += 1;
  const turn = attempts % 10;
  if (turn === 0) throw new PeerSyncRateLimited({ retryAfterSeconds: 1 });
  if (turn === 1) throw new Error('refused');
  if (turn > 2) return { head: `h${attempts}` };
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      aborted += 1;
      reject(signal.reason);
    });
  });
};

const workers = Array.from({ length: WORKERS }, (_, index) =>
  createSyncWorker({
    sync,
    peers: [`http://a-${index}.example`, `http://b-${index}.example`],
    policy: {
      intervalSeconds: 1,
      failureBackoffSeconds: 1,
      failureBackoffCapSeconds: 2,
      stuckAfterSeconds: 3,
      jitterRatio: 0.5,
    },
  }),
);

function sample(): { readonly heapMB: number; readonly handles: number } {
  globalThis.gc?.();
  return {
    heapMB: process.memoryUsage().heapUsed / 2 ** 20,
    handles: process.getActiveResourcesInfo().length,
  };
}

console.log(`${WORKERS} workers, ${minutes} min, a sample every ${(minutes * 60) / SAMPLES} s`);
console.log('  after s   heap MB   handles   attempts   stuck');
const before = sample();
await Promise.all(workers.map((worker) => worker.start()));
const samples: ReturnType<typeof sample>[] = [];
for (let done = 1; done <= SAMPLES; done += 1) {
  await setTimeout((minutes * 60_000) / SAMPLES);
  const now = sample();
  samples.push(now);
  const cells = [
    ((done * minutes * 60) / SAMPLES).toFixed(1),
    now.heapMB.toFixed(1),
    now.handles,
    attempts,
    aborted,
  ];
  console.log(
    cells.map((cell, column) => String(cell).padStart(column === 0 ? 9 : column < 3 ? 9 : 10)).join(' '),
  );
}
await Promise.all(workers.map((worker) => worker.stop()));
const after = sample();

const third = Math.floor(SAMPLES / 3);
for (const figure of ['heapMB', 'handles'] as const) {
  const early = median(samples.slice(third, 2 * third).map((one) => one[figure]));
  const late = median(samples.slice(-third).map((one) => one[figure]));
  console.log(
    `${figure}: last third ÷ second third = ${(late / early).toFixed(3)} (${late.toFixed(1)} ÷ ${early.toFixed(1)})`,
  );
}
console.log(`handles: ${before.handles} before the start, ${after.handles} after the stop`);
