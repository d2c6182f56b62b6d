import type { PeerRecord } from './peer-record.ts';

const SEED_SOURCES = ['bundle', 'bootstrap_promoted'];

/** When peers are to be asked. */
export interface PeerSelectionOptions {
  /** Unix seconds; may carry a fraction. */
  readonly now: number;
}

/**
 * The peers that may be asked now, best first.
 *
 * Kept are enabled sync peers whose cooldown and Retry-After are over. Order: newest `lastSyncOkAt`; seeds; fewest
 * failures; oldest `addedAt`; `peerUrl`.
 */
export function eligibleSyncPeers(
  records: readonly PeerRecord[],
  { now }: PeerSelectionOptions,
): PeerRecord[] {
  return inAskingOrder(records.filter((record) => isSyncPeer(record) && nextAskAt(record) <= now));
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
  return record.bucket === 'sync' && record.enabled && exclusionReason(record) === undefined;
}

/** Why an enabled peer is never asked, say because of its transport (`metadata.passed_over`); undefined if it is. */
export function exclusionReason(record: PeerRecord): string | undefined {
  const reason = record.metadata['passed_over'];
  return typeof reason === 'string' && reason !== '' ? reason : undefined;
}

/** Until when this peer's last Retry-After runs, in Unix seconds; 0 if it named none. */
export function retryAfterUntil(record: PeerRecord): number {
  const until = record.metadata['retry_after_until'];
  return typeof until === 'number' && Number.isSafeInteger(until) ? until : 0;
}

/** The first moment at which this peer may be asked again, in Unix seconds. */
export function nextAskAt(record: PeerRecord): number {
  return Math.max(record.cooldownUntil, retryAfterUntil(record));
}

function isSeed(record: PeerRecord): boolean {
  return fold(record.role) === 'seed' && SEED_SOURCES.includes(fold(record.source));
}

function fold(text: string): string {
  return text.trim().toLowerCase();
}
