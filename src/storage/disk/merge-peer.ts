import { isDeepStrictEqual } from 'node:util';
import type { PeerRecord } from '../../policy/peer-record.ts';
import { retryAfterUntil } from '../../policy/peer-selection.ts';
import { keepRetryAfter } from '../../policy/peer-updates.ts';

/** One peer as both sides had it when we last read or wrote the file. */
export interface KnownPeer {
  readonly ours: PeerRecord;
  /** Undefined where the file had no such record: somebody else had removed it. */
  readonly theirs: PeerRecord | undefined;
}

type Metadata = PeerRecord['metadata'];

/** What a sync worker notes of a failure. It belongs together: whose mark is newer by `updatedAt` wins. */
const failureMarks: readonly (keyof PeerRecord)[] = ['lastError', 'failureCount', 'cooldownUntil'];

/**
 * One record out of what the file has now and what we have: what only one side changed is taken from there. Where both
 * did, the failure marks of the newer one stay, times never go back, and any other field is theirs. The later
 * Retry-After stays, and whatever its record says beside, unless it is one that we were told to forget.
 */
export function mergePeer(theirs: PeerRecord, ours: PeerRecord, known: KnownPeer | undefined): PeerRecord {
  const weChanged = (field: keyof PeerRecord): boolean =>
    known !== undefined && ours[field] !== known.ours[field];
  const theyChanged = (field: keyof PeerRecord): boolean =>
    known?.theirs === undefined || theirs[field] !== known.theirs[field];
  const isOurs = (field: keyof PeerRecord): boolean => {
    if (weChanged(field) && !theyChanged(field)) return true;
    if (!failureMarks.includes(field) || !theyChanged(field)) return false;
    // A program that wrote back what it had read long ago has changed them too, and it is not to be believed.
    return weChanged(field) ? ours.updatedAt >= theirs.updatedAt : ours.updatedAt > theirs.updatedAt;
  };
  const time = (field: 'updatedAt' | 'lastSeenAt' | 'lastSyncOkAt'): number =>
    isOurs(field) ? ours[field] : Math.max(ours[field], theirs[field]);

  const taken = Object.fromEntries(
    Object.entries(ours).filter(([field]) => isOurs(field as keyof PeerRecord)),
  ) as Partial<PeerRecord>;
  const merged: PeerRecord = {
    ...theirs,
    ...taken,
    updatedAt: time('updatedAt'),
    lastSeenAt: time('lastSeenAt'),
    lastSyncOkAt: time('lastSyncOkAt'),
    metadata: mergeMetadata(theirs.metadata, ours.metadata, known, weForgave(theirs, ours, known)),
  };
  return keepRetryAfter(merged, ours);
}

/** An operator had us forget the very Retry-After that the file still has: nothing else takes one back. */
function weForgave(theirs: PeerRecord, ours: PeerRecord, known: KnownPeer | undefined): boolean {
  const was = known === undefined ? 0 : retryAfterUntil(known.ours);
  return retryAfterUntil(ours) < was && retryAfterUntil(theirs) === was;
}

function mergeMetadata(
  theirs: Metadata,
  ours: Metadata,
  known: KnownPeer | undefined,
  forgave: boolean,
): Metadata {
  const isOurs = (key: string): boolean => {
    // Where both have one, the later is chosen afterwards.
    if (isRetryAfter(key)) return forgave || !Object.hasOwn(theirs, 'retry_after_until');
    const weChanged = known !== undefined && !isSame(ours, known.ours.metadata, key);
    const theyChanged = known?.theirs === undefined || !isSame(theirs, known.theirs.metadata, key);
    return weChanged && (!theyChanged || key === 'passed_over' || key === 'removed');
  };
  return Object.fromEntries([
    ...Object.entries(theirs).filter(([key]) => !isOurs(key)),
    ...Object.entries(ours).filter(([key]) => isOurs(key)),
  ]);
}

function isRetryAfter(key: string): boolean {
  return key === 'retry_after_until' || key === 'retry_after_header';
}

function isSame(a: Metadata, b: Metadata, key: string): boolean {
  return Object.hasOwn(a, key) === Object.hasOwn(b, key) && isDeepStrictEqual(a[key], b[key]);
}
