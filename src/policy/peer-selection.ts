import type { PeerRecord } from './peer-record.ts';

const SEED_SOURCES = ['bundle', 'bootstrap_promoted'];

/** Options of {@link eligibleSyncPeers}. */
export interface PeerSelectionOptions {
  /** Unix seconds; may carry a fraction. */
  readonly now: number;
}

/**
 * The peers that may be asked now, best first.
 *
 * Keeps enabled sync peers whose cooldown and Retry-After are over. Order: newest `lastSyncOkAt`; seeds; fewest
 * failures; oldest `addedAt`; `peerUrl`.
 */
export function eligibleSyncPeers(
  records: readonly PeerRecord[],
  { now }: PeerSelectionOptions,
): PeerRecord[] {
  return inAskingOrder(records.filter((record) => isSyncPeer(record) && mayBeAskedAt(record, now)));
}

/** Best first, by the rule of {@link eligibleSyncPeers}. @internal */
export function inAskingOrder(records: readonly PeerRecord[]): PeerRecord[] {
  return [...records].sort(
    (a, b) =>
      b.lastSyncOkAt - a.lastSyncOkAt ||
      Number(isSeed(b)) - Number(isSeed(a)) ||
      a.failureCount - b.failureCount ||
      a.addedAt - b.addedAt ||
      (a.peerUrl < b.peerUrl ? -1 : 1),
  );
}

/** Whether the worker asks this peer at all. */
export function isSyncPeer(record: PeerRecord): boolean {
  return record.bucket === 'sync' && record.enabled && record.excluded === '';
}

/** Until when this peer's last Retry-After runs, in Unix seconds; 0 if it never sent one. */
export function retryAfterUntil({ retryAfter }: PeerRecord): number {
  return retryAfter === null ? 0 : retryAfter.until;
}

/** Whether the peer asked not to be contacted now. */
export function isInRetryAfter(record: PeerRecord, now: number): boolean {
  return record.retryAfter !== null && record.retryAfter.until > now;
}

/** The first moment at which this peer may be asked again, in Unix seconds; 0: at any time. */
export function nextAskAt({ cooldownUntil, retryAfter }: PeerRecord): number {
  if (retryAfter === null) return cooldownUntil;
  return cooldownUntil === 0 ? retryAfter.until : Math.max(cooldownUntil, retryAfter.until);
}

/** Whether a peer's cooldown and Retry-After are over; also correct for a clock before 1970. @internal */
export function mayBeAskedAt(record: PeerRecord, now: number): boolean {
  const at = nextAskAt(record);
  return at === 0 ? !Number.isNaN(now) : at <= now;
}

function isSeed(record: PeerRecord): boolean {
  return fold(record.role) === 'seed' && SEED_SOURCES.includes(fold(record.source));
}

function fold(text: string): string {
  return text.trim().toLowerCase();
}
