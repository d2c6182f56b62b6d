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

/** What a sync worker notes of an attempt. It belongs together: whose mark is newer by `updatedAt` wins. */
const attemptMarks: readonly (keyof PeerRecord)[] = [
  'lastError',
  'failureCount',
  'cooldownUntil',
  'lastBroughtNews',
  'withdrawn',
];

/** What the worker alone knows: a change of ours wins. */
const workersOwn: readonly (keyof PeerRecord)[] = ['excluded', 'removed'];

/**
 * One record out of what the file has now and what we have: what only one side changed is taken from there. Where both
 * did, the marks of the newer attempt stay, times never go back, and any other field is theirs. The later Retry-After stays,
 * unless it is one that an operator had cleared.
 */
export function mergePeer(theirs: PeerRecord, ours: PeerRecord, known: KnownPeer | undefined): PeerRecord {
  const weChanged = (field: keyof PeerRecord): boolean =>
    known !== undefined && !isDeepStrictEqual(ours[field], known.ours[field]);
  const theyChanged = (field: keyof PeerRecord): boolean =>
    known?.theirs === undefined || !isDeepStrictEqual(theirs[field], known.theirs[field]);
  const isOurs = (field: keyof PeerRecord): boolean => {
    if (weChanged(field) && (!theyChanged(field) || workersOwn.includes(field))) return true;
    if (!attemptMarks.includes(field) || !theyChanged(field)) return false;
    // A program that wrote back what it had read long ago has changed them too, and it is not to be believed.
    return weChanged(field) ? ours.updatedAt >= theirs.updatedAt : ours.updatedAt > theirs.updatedAt;
  };
  const time = (field: 'updatedAt' | 'lastSeenAt' | 'lastSyncOkAt' | 'lastAskedAt'): number =>
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
    lastAskedAt: time('lastAskedAt'),
    retryAfter: weCleared(theirs, ours, known) ? ours.retryAfter : theirs.retryAfter,
    metadata: mergeMetadata(theirs.metadata, ours.metadata, known),
  };
  return keepRetryAfter(merged, ours);
}

/** An operator had us clear the very Retry-After that the file still has: nothing else takes one back. */
function weCleared(theirs: PeerRecord, ours: PeerRecord, known: KnownPeer | undefined): boolean {
  const was = known === undefined ? 0 : retryAfterUntil(known.ours);
  return retryAfterUntil(ours) < was && retryAfterUntil(theirs) === was;
}

function mergeMetadata(theirs: Metadata, ours: Metadata, known: KnownPeer | undefined): Metadata {
  const isOurs = (key: string): boolean => {
    const weChanged = known !== undefined && !isSame(ours, known.ours.metadata, key);
    const theyChanged = known?.theirs === undefined || !isSame(theirs, known.theirs.metadata, key);
    return weChanged && !theyChanged;
  };
  return Object.fromEntries([
    ...Object.entries(theirs).filter(([key]) => !isOurs(key)),
    ...Object.entries(ours).filter(([key]) => isOurs(key)),
  ]);
}

function isSame(a: Metadata, b: Metadata, key: string): boolean {
  return Object.hasOwn(a, key) === Object.hasOwn(b, key) && isDeepStrictEqual(a[key], b[key]);
}
