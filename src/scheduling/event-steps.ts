/** What each event makes of the context: pure, and any other event leaves it as it is. */
import { keepRetryAfter, markSeen, retained, withoutRemoved } from '../policy/peer-marks.ts';
import { createPeerList, type PeerRecord } from '../policy/peer-record.ts';
import { normalizePeerUrl } from '../policy/peer-url.ts';
import { inSyncBucket, type WorkerContext } from './worker-context.ts';
import type { SyncWorkerEvent } from './worker-events.ts';

/** A wish to sync now is remembered until a run begins. A forced one is not weakened by a later plain one. */
export function withRequest(context: WorkerContext, event: SyncWorkerEvent): WorkerContext {
  if (event.type !== 'sync.requested') return context;
  return { ...context, request: event.force === true || context.request === 'forced' ? 'forced' : 'asked' };
}

/**
 * Another list of peers. What a peer asked for by its last Retry-After stays in force, whatever the new list says, and
 * also where it is removed and comes back: until then it stays in the list, disabled.
 */
export function withPeers(context: WorkerContext, event: SyncWorkerEvent, now: number): WorkerContext {
  if (event.type !== 'peers.changed') return context;
  const known = new Map(context.peers.filter(inSyncBucket).map((peer) => [peer.peerUrl, peer]));
  const next = withoutRemoved(createPeerList(event.peers), now).map((peer) => {
    const old = inSyncBucket(peer) ? known.get(peer.peerUrl) : undefined;
    return old === undefined ? peer : keepRetryAfter(peer, old);
  });
  const staying = new Set(next.filter(inSyncBucket).map((peer) => peer.peerUrl));
  const removed = [...known.values()].filter((peer) => !staying.has(peer.peerUrl));
  return { ...context, peers: [...next, ...retained(removed, now)] };
}

/** A peer got in touch by itself. A URL that no peer has changes nothing. */
export function withContact(context: WorkerContext, event: SyncWorkerEvent, now: number): WorkerContext {
  if (event.type !== 'peer.seen') return context;
  const peerUrl = normalizePeerUrl(event.peerUrl);
  const seen = (peer: PeerRecord): boolean => peer.peerUrl === peerUrl;
  return { ...context, peers: context.peers.map((peer) => (seen(peer) ? markSeen(peer, { now }) : peer)) };
}

/** Why an event is malformed, or undefined if it is not. It may come from plain JavaScript, or over a socket. */
export function refusal(event: SyncWorkerEvent): string | undefined {
  try {
    if (event.type === 'peers.changed') createPeerList(event.peers);
    if (event.type === 'peer.seen') normalizePeerUrl(event.peerUrl);
    return undefined;
  } catch (error) {
    return `${event.type}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
