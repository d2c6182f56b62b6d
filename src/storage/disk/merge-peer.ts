import { isDeepStrictEqual } from 'node:util';
import type { PeerRecord } from '../../policy/peer-record.ts';
import { retryAfterUntil } from '../../policy/peer-selection.ts';
import { keepRetryAfter } from '../../policy/peer-updates.ts';

/** One peer as we and the file had it when we last read or wrote the file. */
export interface KnownPeer {
  readonly ours: PeerRecord;
  /** Undefined if the file had no such record, because another program had removed it. */
  readonly theirs: PeerRecord | undefined;
}

/** How to merge a field that both sides have changed; without a rule, theirs wins. */
const rules: { readonly [Field in keyof PeerRecord]?: 'newer' | 'later' | 'ours' } = {
  // The marks of an attempt belong together: the record with the newer `updatedAt` wins.
  lastError: 'newer',
  failureCount: 'newer',
  cooldownUntil: 'newer',
  lastBroughtNews: 'newer',
  withdrawn: 'newer',
  // Times do not go back.
  updatedAt: 'later',
  lastSeenAt: 'later',
  lastSyncOkAt: 'later',
  lastAskedAt: 'later',
  // Only the worker knows these.
  excluded: 'ours',
  removed: 'ours',
};

/**
 * Merges the record in the file with ours: a field that only one side changed is taken from that side, and a field that both
 * changed is merged by its rule. The later Retry-After wins, unless an operator had us clear it.
 */
export function mergePeer(theirs: PeerRecord, ours: PeerRecord, known: KnownPeer | undefined): PeerRecord {
  const isOurs = (field: keyof PeerRecord): boolean => {
    const weChanged = known !== undefined && !isDeepStrictEqual(ours[field], known.ours[field]);
    const theyChanged = known?.theirs === undefined || !isDeepStrictEqual(theirs[field], known.theirs[field]);
    const rule = rules[field];
    if (rule === 'later' && Number(ours[field]) > Number(theirs[field])) return true;
    // Do not believe a program that wrote back what it had read long ago, although the field looks changed.
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

/** An operator had us clear the Retry-After that the file still has. Nothing else clears one. */
function weCleared(theirs: PeerRecord, ours: PeerRecord, known: KnownPeer | undefined): boolean {
  const was = known === undefined ? 0 : retryAfterUntil(known.ours);
  return retryAfterUntil(ours) < was && retryAfterUntil(theirs) === was;
}

type Metadata = PeerRecord['metadata'];

/** Takes our entry if we changed it and they did not. */
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
