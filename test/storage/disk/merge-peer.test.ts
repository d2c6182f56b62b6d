import { describe, expect, test } from 'vitest';
import { recordSyncFailure, recordSyncSuccess, retryAfterUntil } from '../../../src/core.ts';
import { createPeerRecord, type PeerRecord } from '../../../src/index.ts';
import { mergePeer } from '../../../src/storage/disk/merge-peer.ts';
import { expectEqual, expectThat } from '../../support/cheap-expect.ts';
import { fc } from '../../support/property.ts';
import { anyStoredPeer } from './any-peer-list.ts';

const other = anyStoredPeer;
const withRetryAfterOf = (peer: PeerRecord, from: PeerRecord): PeerRecord => {
  const { retry_after_until: _until, retry_after_header: _header, ...rest } = peer.metadata;
  const { retry_after_until, retry_after_header } = from.metadata;
  const has = (value: unknown): boolean => value !== undefined;
  return {
    ...peer,
    metadata: {
      ...rest,
      ...(has(retry_after_until) ? { retry_after_until } : {}),
      ...(has(retry_after_header) ? { retry_after_header } : {}),
    },
  };
};
/** The record with another one's values in some fields. */
const partly = (base: PeerRecord, from: PeerRecord, fields: readonly (keyof PeerRecord)[]): PeerRecord => ({
  ...base,
  ...Object.fromEntries(fields.map((field) => [field, from[field]])),
});
const fields = fc.subarray(Object.keys(createPeerRecord('http://a.example')) as (keyof PeerRecord)[]);

describe('of one peer', () => {
  test('what we have is written where nobody else changed anything, and a Retry-After we were told to forget is gone', () => {
    fc.assert(
      fc.property(other, other, (before, ours) => {
        const merged = mergePeer(before, ours, { ours: before, theirs: before });
        expectEqual(withRetryAfterOf(merged, ours), ours);
        expectEqual(retryAfterUntil(merged), retryAfterUntil(ours));
      }),
    );
  });

  test('what others changed stays where we changed nothing and have no newer mark', () => {
    fc.assert(
      fc.property(other, other, fields, (before, from, changed) => {
        const theirs = partly(before, from, changed);
        fc.pre(theirs.updatedAt >= before.updatedAt && retryAfterUntil(theirs) >= retryAfterUntil(before));
        const merged = mergePeer(theirs, before, { ours: before, theirs: before });
        expectEqual(merged, {
          ...theirs,
          lastSeenAt: Math.max(theirs.lastSeenAt, before.lastSeenAt),
          lastSyncOkAt: Math.max(theirs.lastSyncOkAt, before.lastSyncOkAt),
          metadata: merged.metadata,
        });
        expectEqual(withRetryAfterOf(merged, theirs).metadata, withRetryAfterOf(theirs, theirs).metadata);
      }),
    );
  });

  test('no Retry-After but the very one we were told to forget is forgotten, and no time goes back', () => {
    fc.assert(
      fc.property(other, other, other, other, (theirs, ours, knownOurs, knownTheirs) => {
        const merged = mergePeer(theirs, ours, { ours: knownOurs, theirs: knownTheirs });
        // One before 1970 is none.
        const until = (peer: PeerRecord): number => Math.max(0, retryAfterUntil(peer));
        const forgiven = until(ours) < until(knownOurs) && until(theirs) === until(knownOurs);
        const least = Math.max(until(ours), forgiven ? 0 : until(theirs));
        expectThat(until(merged) >= least, () => `until ${until(merged)}`);
        for (const field of ['updatedAt', 'lastSeenAt', 'lastSyncOkAt'] as const) {
          const theyChanged = theirs[field] !== knownTheirs[field];
          const floor = theyChanged ? Math.max(theirs[field], ours[field]) : ours[field];
          expectThat(merged[field] >= floor, () => `${field} is ${merged[field]}, below ${floor}`);
        }
      }),
    );
  });

  test('a merge that is done again changes nothing more', () => {
    fc.assert(
      fc.property(other, other, other, other, (theirs, ours, knownOurs, knownTheirs) => {
        const once = mergePeer(theirs, ours, { ours: knownOurs, theirs: knownTheirs });
        expectEqual(mergePeer(once, ours, { ours, theirs: once }), once);
      }),
    );
  });
});

describe('a sync peer', () => {
  const before = createPeerRecord({ peerUrl: 'http://a.example', addedAt: 1, updatedAt: 100 });
  const known = { ours: before, theirs: before };
  const failed = recordSyncFailure(before, {
    now: 200,
    error: 'HTTP 429',
    retryAfterSeconds: 600,
    retryAfterHeader: '600',
  });

  test('has our marks and what an operator changed meanwhile elsewhere', () => {
    const theirs = { ...before, label: 'renamed', enabled: false, updatedAt: 150, metadata: { ping: 7 } };
    expect(mergePeer(theirs, failed, known)).toEqual({
      ...failed,
      label: 'renamed',
      enabled: false,
      metadata: { ping: 7, retry_after_until: 800, retry_after_header: '600' },
    });
  });

  test('has our marks again after a program wrote back what it had read before them', () => {
    const merged = mergePeer(before, failed, { ours: failed, theirs: failed });
    expect(merged).toEqual(failed);
  });

  test('keeps the newer marks of another worker on the same file', () => {
    const theirs = recordSyncSuccess(before, { now: 300 });
    expect(mergePeer(theirs, failed, { ours: failed, theirs: before })).toMatchObject({
      failureCount: 0,
      lastError: '',
      lastSyncOkAt: 300,
      updatedAt: 300,
      // Its success does not end the wait that we were asked for.
      metadata: { retry_after_until: 800, retry_after_header: '600' },
    });
  });

  test('loses a note of ours that we took back, and no note of others', () => {
    const noted = { ...before, metadata: { passed_over: 'needs a proxy', theirs: 1 } };
    const taken = { ...before, metadata: { theirs: 1 } };
    const merged = mergePeer({ ...noted, metadata: { ...noted.metadata, more: 2 } }, taken, {
      ours: noted,
      theirs: noted,
    });
    expect(merged.metadata).toEqual({ theirs: 1, more: 2 });
  });

  test('that both added has the fields of the file, and the marks of who marked it last', () => {
    const theirs = { ...before, label: 'theirs', failureCount: 3, cooldownUntil: 900 };
    const fresh = createPeerRecord({ peerUrl: 'http://a.example', label: 'ours' });
    expect(mergePeer(theirs, fresh, undefined)).toEqual(theirs);
    expect(mergePeer(theirs, failed, undefined)).toMatchObject({
      label: 'theirs',
      failureCount: 1,
      cooldownUntil: 800,
    });
  });
});
