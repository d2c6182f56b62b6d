import { describe, expect, test } from 'vitest';
import { recordSyncFailure, recordSyncSuccess, retryAfterUntil } from '../../../src/core.ts';
import { createPeerRecord, type PeerRecord } from '../../../src/index.ts';
import { mergePeer } from '../../../src/storage/disk/merge-peer.ts';
import { expectEqual, expectThat } from '../../support/cheap-expect.ts';
import { fc } from '../../support/property.ts';
import { anyStoredPeer } from './any-peer-list.ts';

const other = anyStoredPeer;
/** One before 1970 is none. */
const until = (peer: PeerRecord): number => Math.max(0, retryAfterUntil(peer));
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
        // Of two Retry-Afters that end together it does not matter whose header is kept.
        expectEqual({ ...merged, retryAfter: ours.retryAfter }, ours);
        expectEqual(until(merged), until(ours));
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
          lastAskedAt: Math.max(theirs.lastAskedAt, before.lastAskedAt),
          retryAfter: merged.retryAfter,
        });
        expectEqual(until(merged), until(theirs));
      }),
    );
  });

  test('no Retry-After but the very one we were told to forget is forgotten, and no time goes back', () => {
    fc.assert(
      fc.property(other, other, other, other, (theirs, ours, knownOurs, knownTheirs) => {
        const merged = mergePeer(theirs, ours, { ours: knownOurs, theirs: knownTheirs });
        const forgiven = until(ours) < until(knownOurs) && until(theirs) === until(knownOurs);
        const least = Math.max(until(ours), forgiven ? 0 : until(theirs));
        expectThat(until(merged) >= least, () => `until ${until(merged)}`);
        for (const field of ['updatedAt', 'lastSeenAt', 'lastSyncOkAt', 'lastAskedAt'] as const) {
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
      metadata: { ping: 7 },
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
      retryAfter: { until: 800, header: '600' },
    });
  });

  test('is excluded no longer when we say so, and keeps what others note of it', () => {
    const noted = { ...before, excluded: 'needs a proxy', metadata: { theirs: 1, gone: 1 } };
    const theirs = { ...noted, excluded: 'by another worker', metadata: { theirs: 1, more: 2 } };
    const merged = mergePeer(theirs, { ...noted, excluded: '' }, { ours: noted, theirs: noted });
    expect(merged).toMatchObject({ excluded: '', metadata: { theirs: 1, more: 2 } });
    expect(Object.keys(merged.metadata)).toEqual(['theirs', 'more']);
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
