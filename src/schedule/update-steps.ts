/** How each event from outside updates the context. Pure; a malformed or other event leaves the context unchanged. */
import { isPeerList, type PeerRecord, peerKey } from '../policy/peer-record.ts';
import {
  dropExpired,
  keepRetryAfter,
  recordSeen,
  rememberRemoved,
  resetPeer,
} from '../policy/peer-updates.ts';
import { isResolvedPolicy } from '../policy/sync-policy.ts';
import { describe } from '../policy/wire-fields.ts';
import type { WorkerContext } from './worker-context.ts';
import type { ChartEvent } from './worker-events.ts';

/**
 * Why the chart ignores an event, or undefined if it does not. The worker parses its events; one that is sent to the bare
 * actor unparsed changes nothing.
 */
export function refusalOf({ peers }: WorkerContext, event: ChartEvent): string | undefined {
  switch (event.type) {
    case 'peers.changed':
      return isPeerList(event.peers)
        ? undefined
        : 'peers.changed: allowed is a list that createPeerList() made';
    case 'policy.changed':
      return isResolvedPolicy(event.policy)
        ? undefined
        : 'policy.changed: allowed is a policy that resolvePolicy() made';
    case 'peer.seen':
    case 'peer.reset':
      return peers.some(({ peerUrl }) => peerUrl === event.peerUrl)
        ? undefined
        : `${event.type}: ${describe(event.peerUrl)} is the URL of no peer`;
    default:
      return undefined;
  }
}

/** Remembers a request to sync now until a run ends. A later plain request does not weaken a forced one. */
export function rememberRequest(context: WorkerContext, event: ChartEvent): WorkerContext {
  if (event.type !== 'sync.requested') return context;
  const isForced = event.force === true || context.request === 'forced';
  return { ...context, request: isForced ? 'forced' : 'requested' };
}

/**
 * Replaces the list of peers. A Retry-After stays in force whatever the new list says, and so does the whole wait of a peer
 * that is removed and added again: until the wait is over, the peer stays in the list, disabled. A new peer need not wait for
 * the backoff of the others.
 */
export function takePeers(context: WorkerContext, event: ChartEvent): WorkerContext {
  if (event.type !== 'peers.changed' || refusalOf(context, event) !== undefined) return context;
  const { decision, worker, request } = context;
  const now = event.at ?? decision.at;
  const known = new Map(context.peers.map((peer) => [peerKey(peer), peer]));
  const next = dropExpired(event.peers, now).map((peer) => {
    const old = known.get(peerKey(peer));
    known.delete(peerKey(peer));
    return old === undefined || peer.bucket !== 'sync' ? peer : keepWait(peer, old);
  });
  const gone = [...known.values()].filter(({ bucket }) => bucket === 'sync');
  const added = new Set(
    context.peers.filter(({ bucket }) => bucket === 'sync').map(({ peerUrl }) => peerUrl),
  );
  const isNew = next.some((peer) => peer.bucket === 'sync' && peer.enabled && !added.has(peer.peerUrl));
  const isWaiting = worker.lastOutcome === 'error' || worker.lastOutcome === 'fork';
  return {
    ...context,
    peers: [...next, ...rememberRemoved(gone, now)],
    request: isNew && isWaiting && request === 'none' ? 'new-peer' : request,
  };
}

/** A peer contacted us. */
export function noteContact(context: WorkerContext, event: ChartEvent): WorkerContext {
  if (event.type !== 'peer.seen') return context;
  const now = event.at ?? context.decision.at;
  return updatePeers(context, event.peerUrl, (peer) => recordSeen(peer, { now }));
}

/** An operator clears a peer's failures and backoff. */
export function clearPeer(context: WorkerContext, event: ChartEvent): WorkerContext {
  if (event.type !== 'peer.reset') return context;
  const { force } = event;
  const now = event.at ?? context.decision.at;
  return updatePeers(context, event.peerUrl, (peer) =>
    peer.bucket === 'sync' ? resetPeer(peer, { now, force }) : peer,
  );
}

/** Replaces the policy. What the old one decided stays, such as the next due time. */
export function takePolicy(context: WorkerContext, event: ChartEvent): WorkerContext {
  if (event.type !== 'policy.changed' || refusalOf(context, event) !== undefined) return context;
  return { ...context, policy: event.policy };
}

function keepWait(peer: PeerRecord, old: PeerRecord): PeerRecord {
  const kept = keepRetryAfter(peer, old);
  return old.removed ? { ...kept, cooldownUntil: Math.max(kept.cooldownUntil, old.cooldownUntil) } : kept;
}

function updatePeers(
  context: WorkerContext,
  peerUrl: string,
  update: (peer: PeerRecord) => PeerRecord,
): WorkerContext {
  if (!context.peers.some((peer) => peer.peerUrl === peerUrl)) return context;
  return {
    ...context,
    peers: context.peers.map((peer) => (peer.peerUrl === peerUrl ? update(peer) : peer)),
  };
}
