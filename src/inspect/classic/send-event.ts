import type { SyncWorker } from '../../worker/sync-worker.ts';

/**
 * Does what an event of a viewer asks for, by the worker's public API: a sync, or word of a peer that got in touch.
 *
 * @throws TypeError for what is not allowed, or malformed; Error for a worker that is not running
 */
export function sendEvent(worker: SyncWorker, event: Readonly<Record<string, unknown>>): void {
  const { type, force, peerUrl } = event;
  if (type === 'sync.requested') {
    if (force !== undefined && typeof force !== 'boolean') {
      throw new TypeError('force must be true, false, or left out');
    }
    worker.requestSync(force === undefined ? {} : { force });
  } else if (type === 'peer.seen') {
    if (typeof peerUrl !== 'string') throw new TypeError('peerUrl must be an absolute URL');
    worker.peerSeen(peerUrl);
  } else {
    throw new TypeError('a viewer may send sync.requested and peer.seen, and nothing else');
  }
}
