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

/** How a field is merged that both sides have changed; any other field is then theirs. */
const rules: { readonly [Field in keyof PeerRecord]?: 'newer' | 'later' | 'ours' } = {
  // What a worker records of an attempt belongs together: whose record is newer by `updatedAt` wins.
  lastError: 'newer',
  failureCount: 'newer',
  cooldownUntil: 'newer',
  lastBroughtNews: 'newer',
  withdrawn: 'newer',
  // A time does not go back.
  updatedAt: 'later',
  lastSeenAt: 'later',
  lastSyncOkAt: 'later',
  lastAskedAt: 'later',
  // What the worker alone knows.
  excluded: 'ours',
  removed: 'ours',
};

/**
 * One record out of what the file has now and what we have: what only one side changed is taken from there, what both
 * changed goes by its rule. The later Retry-After stays, unless it is one that an operator had cleared.
 */
export function mergePeer(theirs: PeerRecord, ours: PeerRecord, known: KnownPeer | undefined): PeerRecord {
  const isOurs = (field: keyof PeerRecord): boolean => {
    const weChanged = known !== undefined && !isDeepStrictEqual(ours[field], known.ours[field]);
    const theyChanged = known?.theirs === undefined || !isDeepStrictEqual(theirs[field], known.theirs[field]);
    const rule = rules[field];
    if (rule === 'later' && Number(ours[field]) > Number(theirs[field])) return true;
    // A program that wrote back what it had read long ago has changed it too, and is not to be believed.
    if (rule === 'newer' && theyChanged)
      return ours.updatedAt > theirs.updatedAt || (weChanged && ours.updatedAt === theirs.updatedAt);
    return weChanged && (!theyChanged || rule === 'ours');
  };
  const fields = Object.keys(theirs) as (keyof PeerRecord)[];
  const taken: Partial<PeerRecord> = Object.fromEntries(
    fields.filter(isOurs).map((field) => [field, ours[field]]),
  );
  const merged = {
    ...theirs,
    ...taken,
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

type Metadata = PeerRecord['metadata'];

/** An entry is ours if we changed it and they did not. */
function mergeMetadata(theirs: Metadata, ours: Metadata, known: KnownPeer | undefined): Metadata {
  const isOurs = (key: string): boolean =>
    known?.theirs !== undefined &&
    !isSame(ours, known.ours.metadata, key) &&
    isSame(theirs, known.theirs.metadata, key);
  return Object.fromEntries([
    ...Object.entries(theirs).filter(([key]) => !isOurs(key)),
    ...Object.entries(ours).filter(([key]) => isOurs(key)),
  ]);
}

function isSame(a: Metadata, b: Metadata, key: string): boolean {
  return Object.hasOwn(a, key) === Object.hasOwn(b, key) && isDeepStrictEqual(a[key], b[key]);
}
