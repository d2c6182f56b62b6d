/**
 * A process that works on a fleet, as a program would, and lives until it is killed.
 *
 * `node program.mjs OPTIONS`, OPTIONS being JSON: connection, name, policy, perPeer, concurrency. Over its channel it sends every event,
 * and takes `block MS`, for which its event loop stands still, and `stop`.
 */
import { createFleet } from '../../../src/fleet/index.ts';
import { PeerSyncHttpError, PeerSyncRateLimited, readRetryAfter } from '../../../src/index.ts';

const { concurrency, skewMs = 0, ...options } = JSON.parse(process.argv[2] ?? '{}');
if (skewMs !== 0) {
  const now = Date.now;
  Date.now = () => now() + skewMs;
}
const fleet = createFleet({
  ...options,
  sync: async ({ peerUrl }, { signal, now, id, fence }) => {
    const headers = { 'x-id': id, 'x-fence': fence, 'x-pid': String(process.pid) };
    const response = await fetch(peerUrl, { headers, signal });
    const header = response.headers.get('retry-after') ?? undefined;
    const { seconds } = readRetryAfter(header, { now: now() });
    const wait = { retryAfterSeconds: seconds, retryAfterHeader: header };
    if (response.status === 429) throw new PeerSyncRateLimited(wait);
    if (!response.ok) throw new PeerSyncHttpError({ status: response.status, ...wait });
    return { head: await response.text() };
  },
});
fleet.on('*', ({ type, ...event }) => {
  const error = 'error' in event && event.error instanceof Error ? { error: event.error.message } : {};
  process.send?.({ type, ...event, ...error });
});
fleet.work({ concurrency, drainSeconds: 2 });
process.on('message', (message) => {
  if (message === 'stop') void fleet.close().then(() => process.disconnect());
  const [what, ms] = String(message).split(' ');
  if (what === 'block') {
    const end = performance.now() + Number(ms);
    while (performance.now() < end);
  }
});
