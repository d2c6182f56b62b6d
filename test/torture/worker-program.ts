/**
 * A process that embeds a worker on disk storage, as a program would, and lives until it is killed or told to stop.
 *
 * `node program.mjs FOLDER URL OPTIONS`, OPTIONS being JSON: `policy`, and `speed`, how many times faster than the real
 * one its clock runs. Over its channel it tells every event, and takes `{ ahead }`, the seconds by which its wall clock
 * is to be set on, and `stop`.
 */

import { createSyncWorker, PeerSyncHttpError, PeerSyncRateLimited, readRetryAfter } from '../../src/index.ts';
import { createDiskStorage } from '../../src/storage/disk/index.ts';

const [folder = '', url = '', options = '{}'] = process.argv.slice(2);
const { policy = {}, speed = 1 } = JSON.parse(options);
const began = Date.now();
let ahead = 0;
const clock = {
  now: (): number => began + (Date.now() - began) * speed + ahead * 1000,
  monotonic: (): number => performance.now() * speed,
  setTimeout: (callback: () => void, delay: number): unknown => setTimeout(callback, delay / speed),
  clearTimeout: (timer: unknown): void => clearTimeout(timer as NodeJS.Timeout),
};

const worker = createSyncWorker({
  policy,
  clock,
  peers: [url],
  // By a fast clock a disk is late for the limit of a storage on a busy machine; memory never is.
  ...(speed === 1 ? { storage: createDiskStorage(folder) } : {}),
  sync: async ({ peerUrl }, { signal, now }) => {
    const response = await fetch(peerUrl, { method: 'POST', headers: { 'x-now': String(now()) }, signal });
    const header = response.headers.get('retry-after') ?? undefined;
    const wait = {
      retryAfterSeconds: readRetryAfter(header, { now: now() }).seconds,
      retryAfterHeader: header,
    };
    if (response.status === 429) throw new PeerSyncRateLimited(wait);
    if (!response.ok) throw new PeerSyncHttpError({ status: response.status, ...wait });
    return { head: await response.text() };
  },
});
worker.on('*', (event) => void process.send?.(event));
process.on('message', (message) => {
  if (message === 'stop') void worker.stop().then(() => process.disconnect());
  else ahead = Number((message as { ahead: number }).ahead);
});
await worker.start();
