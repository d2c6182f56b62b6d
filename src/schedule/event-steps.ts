/** What each event makes of the context: pure, and any other event leaves it as it is. */

import { createPeerList, type PeerRecord } from '../policy/peer-record.ts';
import {
  dropExpired,
  keepRetryAfter,
  keepUntilRetryAfter,
  recordSeen,
  resetPeer,
} from '../policy/peer-updates.ts';
import { normalizePeerUrl } from '../policy/peer-url.ts';
import { resolvePolicy } from '../policy/sync-policy.ts';
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
  const next = dropExpired(createPeerList(event.peers), now).map((peer) => {
    const old = inSyncBucket(peer) ? known.get(peer.peerUrl) : undefined;
    return old === undefined ? peer : keepRetryAfter(peer, old);
  });
  const staying = new Set(next.filter(inSyncBucket).map((peer) => peer.peerUrl));
  const removed = [...known.values()].filter((peer) => !staying.has(peer.peerUrl));
  return { ...context, peers: [...next, ...keepUntilRetryAfter(removed, now)] };
}

/** A peer got in touch by itself. A URL that no peer has changes nothing. */
export function withContact(context: WorkerContext, event: SyncWorkerEvent, now: number): WorkerContext {
  if (event.type !== 'peer.seen') return context;
  return { ...context, peers: marked(context.peers, event.peerUrl, (peer) => recordSeen(peer, { now })) };
}

/** A peer is forgiven. A URL that no peer has changes nothing. */
export function withReset(context: WorkerContext, event: SyncWorkerEvent, now: number): WorkerContext {
  if (event.type !== 'peer.reset') return context;
  const { force, peerUrl } = event;
  const reset = (peer: PeerRecord): PeerRecord =>
    inSyncBucket(peer) ? resetPeer(peer, { now, force }) : peer;
  return { ...context, peers: marked(context.peers, peerUrl, reset) };
}

/** Another policy. What was decided by the old one stays, such as the next due time. */
export function withPolicy(context: WorkerContext, event: SyncWorkerEvent): WorkerContext {
  if (event.type !== 'policy.changed') return context;
  return { ...context, policy: resolvePolicy(event.policy) };
}

/** Why an event is malformed, or undefined if it is not. It may come from plain JavaScript, or over a socket. */
export function refusal(event: SyncWorkerEvent): string | undefined {
  try {
    if (event.type === 'peers.changed') createPeerList(event.peers);
    if (event.type === 'peer.seen' || event.type === 'peer.reset') normalizePeerUrl(event.peerUrl);
    if (event.type === 'policy.changed') resolvePolicy(event.policy);
    return undefined;
  } catch (error) {
    return `${event.type}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function marked(
  peers: readonly PeerRecord[],
  url: string,
  mark: (peer: PeerRecord) => PeerRecord,
): readonly PeerRecord[] {
  const peerUrl = normalizePeerUrl(url);
  return peers.map((peer) => (peer.peerUrl === peerUrl ? mark(peer) : peer));
}
