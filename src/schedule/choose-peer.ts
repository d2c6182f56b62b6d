import type { PeerRecord } from '../policy/peer-record.ts';
import {
  eligibleSyncPeers,
  inAskingOrder,
  isInRetryAfter,
  isSyncPeer,
  mayBeAskedAt,
  nextAskAt,
  retryAfterUntil,
} from '../policy/peer-selection.ts';
import type { WorkerContext } from './worker-context.ts';

/** The first peer of a new run, or undefined if none may be asked now. */
export function firstPeer(context: WorkerContext, now: number): PeerRecord | undefined {
  const open = askable(context, context.request === 'forced', now);
  const rotated = lastRunBroughtNothing(context) ? askedLongestAgo(open, context, now) : undefined;
  return rotated ?? open[0];
}

/** The peer to fail over to, or undefined if none may be asked now or the run has reached `maxPeersPerRun`. */
export function followingPeer(context: WorkerContext, now: number): PeerRecord | undefined {
  const { run, policy } = context;
  if (run === null || run.failure?.local === true) return undefined;
  if (run.triedPeers.length - run.heldPeers >= policy.maxPeersPerRun) return undefined;
  return askable(context, run.forced, now).find((peer) => !run.triedPeers.includes(peer.peerUrl));
}

/** The peer that may be asked earliest, or undefined if there is no peer to ask at all. */
export function earliestPeer(peers: readonly PeerRecord[], forced: boolean): PeerRecord | undefined {
  const timeOf = askTime(forced);
  return peers.reduce<PeerRecord | undefined>(
    (first, peer) =>
      isSyncPeer(peer) && (first === undefined || timeOf(peer) < timeOf(first)) ? peer : first,
    undefined,
  );
}

/** When a peer may be asked; with `forced`, its cooldown does not count. */
export function askTime(forced: boolean): (peer: PeerRecord) => number {
  return forced ? retryAfterUntil : nextAskAt;
}

/** The peers that may be asked, best first, but recently stuck ones last. */
function askable({ peers, stuckPeers }: WorkerContext, forced: boolean, now: number): PeerRecord[] {
  const eligible = eligibleSyncPeers(peers, { now });
  const ordered = forced ? [...eligible, ...coolingDown(peers, now)] : eligible;
  if (stuckPeers.length === 0) return ordered;
  const place = (peer: PeerRecord): number => stuckPeers.indexOf(peer.peerUrl);
  return ordered.sort((a, b) => place(a) - place(b));
}

/** Peers that may not be asked because of their backoff alone. */
function coolingDown(peers: readonly PeerRecord[], now: number): PeerRecord[] {
  return inAskingOrder(
    peers.filter((peer) => isSyncPeer(peer) && !mayBeAskedAt(peer, now) && !isInRetryAfter(peer, now)),
  );
}

/** After a run without news, another peer should be asked: this one may have fallen behind together with us. */
function lastRunBroughtNothing({ worker, peers }: WorkerContext): boolean {
  if (worker.lastOutcome !== 'ok') return false;
  const asked = peers.find((peer) => peer.bucket === 'sync' && peer.peerUrl === worker.lastPeerUrl);
  return asked?.lastBroughtNews === false;
}

function askedLongestAgo(
  peers: readonly PeerRecord[],
  { stuckPeers }: WorkerContext,
  now: number,
): PeerRecord | undefined {
  const trusted = peers.filter(
    (peer) => peer.failureCount === 0 && mayBeAskedAt(peer, now) && !stuckPeers.includes(peer.peerUrl),
  );
  return trusted.reduce<PeerRecord | undefined>(
    (first, peer) => (first === undefined || peer.lastAskedAt < first.lastAskedAt ? peer : first),
    undefined,
  );
}
