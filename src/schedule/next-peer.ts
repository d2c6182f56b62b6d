import type { PeerRecord } from '../policy/peer-record.ts';
import {
  eligibleSyncPeers,
  inAskingOrder,
  isSyncPeer,
  nextAskAt,
  retryAfterUntil,
} from '../policy/peer-selection.ts';
import type { WorkerContext } from './worker-context.ts';

/** The first peer of a new run, or undefined if none may be asked now. */
export function firstPeer(context: WorkerContext, now: number): PeerRecord | undefined {
  return open(context, context.request === 'forced', now)[0];
}

/** The peer to fail over to, or undefined if none may be asked now or the run has asked as many as it may. */
export function followingPeer(context: WorkerContext, now: number): PeerRecord | undefined {
  const { run, policy } = context;
  if (run === null || run.asked.length >= policy.maxPeersPerRun) return undefined;
  return open(context, run.forced, now).find((peer) => !run.asked.includes(peer.peerUrl));
}

/** The first moment at which any peer may be asked, in Unix seconds, or undefined if there is no peer to ask at all. */
export function earliestAskAt({
  peers,
  request,
}: Pick<WorkerContext, 'peers' | 'request'>): number | undefined {
  const times = peers.filter(isSyncPeer).map(request === 'forced' ? retryAfterUntil : nextAskAt);
  return times.length === 0 ? undefined : times.reduce((first, time) => Math.min(first, time));
}

/** Those that may be asked, best first; the ones that were stuck lately after all others. */
function open({ peers, stalled }: WorkerContext, forced: boolean, now: number): PeerRecord[] {
  const eligible = eligibleSyncPeers(peers, { now });
  const ordered = forced ? [...eligible, ...coolingDown(peers, now)] : eligible;
  if (stalled.length === 0) return ordered;
  const place = (peer: PeerRecord): number => stalled.indexOf(peer.peerUrl);
  return ordered.sort((a, b) => place(a) - place(b));
}

/** Peers that only their backoff keeps from being asked. */
function coolingDown(peers: readonly PeerRecord[], now: number): PeerRecord[] {
  return inAskingOrder(
    peers.filter((peer) => isSyncPeer(peer) && nextAskAt(peer) > now && retryAfterUntil(peer) <= now),
  );
}
