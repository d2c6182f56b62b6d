import { describe, expect, it } from 'vitest';
import { createPeerRecord, peerFromWire, peerToWire } from '../../src/policy/peer-record.ts';
import {
  eligibleSyncPeers,
  isSyncPeer,
  nextAskAt,
  retryAfterUntil,
} from '../../src/policy/peer-selection.ts';
import {
  recordSeen,
  recordSyncFailure,
  recordSyncSuccess,
  resetPeer,
} from '../../src/policy/peer-updates.ts';
import { fc } from '../support/property.ts';
import { anyNumber, anyTime, comparableNumber, fairTime } from './any-number.ts';
import { anyFailure, anyPeerRecord, foreignMetadata, hasStorableNumbers } from './any-peer-record.ts';
import { deepFreeze } from './deep-freeze.ts';

/** Seconds, and often the few that make a difference. */
const duration = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer({ min: 0, max: 4000 }));
const MOST = Number.MAX_SAFE_INTEGER;
const frozenPeer = anyPeerRecord.map(deepFreeze);
const peer = createPeerRecord('http://a.example');

describe('recordSyncFailure', () => {
  it('counts one failure, notes time and trimmed error, and touches nothing else', () => {
    fc.assert(
      fc.property(frozenPeer, anyFailure, (record, options) => {
        const marked = recordSyncFailure(record, options);
        const { metadata: _metadata, cooldownUntil: _cooldown, ...rest } = record;
        expect(marked).toMatchObject({
          ...rest,
          updatedAt: marked.updatedAt,
          lastError: options.error.trim(),
          failureCount: Math.min(MOST, record.failureCount + 1),
        });
        expect(foreignMetadata(marked)).toEqual(foreignMetadata(record));
        expect(marked).toSatisfy(hasStorableNumbers);
      }),
    );
  });

  it('puts a failing peer on the reference ladder by default', () => {
    let failing = peer;
    const waits = Array.from({ length: 7 }, (_, index) => {
      const now = 10_000 * (index + 1) + 0.9;
      failing = recordSyncFailure(failing, { now, error: 'refused' });
      return failing.cooldownUntil - failing.updatedAt;
    });
    expect(waits).toEqual([60, 120, 240, 480, 960, 1800, 1800]);
  });

  it('cools down until the latest of its backoff, its Retry-After and the cooldown it had', () => {
    fc.assert(
      fc.property(frozenPeer, fairTime, duration, duration, duration, (record, now, base, cap, wish) => {
        const marked = recordSyncFailure(record, {
          now,
          error: '',
          failureBackoffSeconds: base,
          failureBackoffCapSeconds: cap,
          retryAfterSeconds: wish,
        });
        const whole = Math.floor(now);
        const exponential = Math.max(0, Math.min(base * 2 ** Math.min(record.failureCount, 16), cap));
        const known = retryAfterUntil(record);
        const asked = wish > 0 ? Math.max(known, Math.ceil(now) + wish) : known;
        const ends = [record.cooldownUntil, 0];
        if (exponential > 0) ends.push(whole + exponential);
        if (asked > whole) ends.push(asked);
        expect(marked.updatedAt).toBe(whole);
        expect(marked.cooldownUntil).toBe(Math.max(...ends));
        expect(retryAfterUntil(marked)).toBe(asked);
      }),
    );
  });

  it('has no cooldown of its own where base or cap is 0', () => {
    const options = { now: 1000, error: '' };
    expect(recordSyncFailure(peer, { ...options, failureBackoffSeconds: 0 }).cooldownUntil).toBe(0);
    expect(recordSyncFailure(peer, { ...options, failureBackoffCapSeconds: 0 }).cooldownUntil).toBe(0);
    expect(
      recordSyncFailure(peer, { ...options, failureBackoffCapSeconds: 0, retryAfterSeconds: 5 })
        .cooldownUntil,
    ).toBe(1005);
  });

  it('counts the Retry-After from a moment that is rounded up, and the Retry-After as well', () => {
    const wait = (now: number, retryAfterSeconds: number): unknown =>
      recordSyncFailure(peer, { now, error: '', retryAfterSeconds }).metadata['retry_after_until'];
    expect([wait(1000, 60), wait(1000.001, 60), wait(1000.999, 60), wait(1000.999, 59.001)]).toEqual([
      1060, 1061, 1061, 1061,
    ]);
  });

  it('keeps the end of the Retry-After and its header apart from the cooldown', () => {
    const named = recordSyncFailure(peer, {
      now: 1000,
      error: '',
      retryAfterSeconds: 90,
      retryAfterHeader: ' 90',
    });
    expect(named.metadata).toStrictEqual({ retry_after_until: 1090, retry_after_header: ' 90' });
    // Another Retry-After without a header does not keep the old header, and an earlier one changes nothing.
    const later = recordSyncFailure(named, { now: 1010, error: '', retryAfterSeconds: 90 });
    expect(later.metadata).toStrictEqual({ retry_after_until: 1100 });
    const earlier = recordSyncFailure(named, {
      now: 1010,
      error: '',
      retryAfterSeconds: 1,
      retryAfterHeader: '1',
    });
    expect(earlier.metadata).toStrictEqual({ retry_after_until: 1090, retry_after_header: ' 90' });
  });

  it('leaves the metadata alone where the peer asked for nothing', () => {
    fc.assert(
      fc.property(
        frozenPeer,
        anyTime,
        fc.constantFrom(undefined, 0, -0, -1, Number.NaN),
        (record, now, wish) => {
          const asked = wish === undefined ? {} : { retryAfterSeconds: wish };
          const marked = recordSyncFailure(record, { now, error: '', retryAfterHeader: 'soon', ...asked });
          expect(marked.metadata).toEqual(record.metadata);
        },
      ),
    );
  });

  it('leaves a memory that a file can hold, however broken the clock', () => {
    for (const now of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e300, -0.5]) {
      const marked = recordSyncFailure(peer, { now, error: '', retryAfterSeconds: 30 });
      expect({ now, holds: hasStorableNumbers(marked) }).toEqual({ now, holds: true });
      expect(peerFromWire(peerToWire(marked))).toStrictEqual(marked);
    }
  });

  it('lets nobody be asked before now + Retry-After, nor earlier than before, for any numbers', () => {
    fc.assert(
      fc.property(frozenPeer, anyFailure, comparableNumber, anyNumber, (record, options, now, wish) => {
        const marked = recordSyncFailure(record, { ...options, now, retryAfterSeconds: wish });
        const end = Math.min(MOST, now + Math.min(MOST, wish));
        if (wish > 0) expect(nextAskAt(marked)).toBeGreaterThanOrEqual(end);
        if (wish > 0) expect(retryAfterUntil(marked)).toBeGreaterThanOrEqual(end);
        expect(retryAfterUntil(marked)).toBeGreaterThanOrEqual(retryAfterUntil(record));
        expect(nextAskAt(marked)).toBeGreaterThanOrEqual(nextAskAt(record));
      }),
    );
  });
});

describe('recordSyncSuccess', () => {
  it('forgets failures, error and cooldown, and keeps all else', () => {
    fc.assert(
      fc.property(frozenPeer, fairTime, (record, now) => {
        const whole = Math.floor(now);
        const until = retryAfterUntil(record);
        expect(recordSyncSuccess(record, { now })).toStrictEqual({
          ...record,
          updatedAt: whole,
          lastSeenAt: whole,
          lastSyncOkAt: whole,
          lastError: '',
          failureCount: 0,
          cooldownUntil: until > whole ? until : 0,
        });
      }),
    );
  });

  it('lets a Retry-After run on', () => {
    const silent = { ...peer, cooldownUntil: 5000, metadata: { retry_after_until: 2000 } };
    const ends = [1999.9, 2000].map((now) => recordSyncSuccess(silent, { now }).cooldownUntil);
    expect(ends).toEqual([2000, 0]);
  });
});

describe('recordSeen', () => {
  it('ends a backoff and never a Retry-After that still runs', () => {
    fc.assert(
      fc.property(frozenPeer, fairTime, (record, now) => {
        const whole = Math.floor(now);
        const until = retryAfterUntil(record);
        const seen = recordSeen(record, { now });
        expect(seen).toStrictEqual({
          ...record,
          lastSeenAt: whole,
          cooldownUntil: until > whole ? until : 0,
        });
        expect(eligibleSyncPeers([seen], { now }).length).toBe(isSyncPeer(record) && until <= now ? 1 : 0);
      }),
    );
  });

  it('does so after a failure: the backoff ends, the Retry-After does not', () => {
    const failed = recordSyncFailure(peer, { now: 1000.5, error: '', failureBackoffSeconds: 600 });
    expect(nextAskAt(failed)).toBe(1600);
    expect(nextAskAt(recordSeen(failed, { now: 1001 }))).toBe(0);
    const silenced = recordSyncFailure(peer, {
      now: 1000.5,
      error: '',
      failureBackoffSeconds: 600,
      retryAfterSeconds: 30,
    });
    expect(nextAskAt(silenced)).toBe(1600);
    expect(nextAskAt(recordSeen(silenced, { now: 1001 }))).toBe(1031);
    expect(nextAskAt(recordSeen(silenced, { now: 1030.999 }))).toBe(1031);
  });
});

describe('resetPeer', () => {
  it('forgets failures and backoff, and the Retry-After only by force', () => {
    fc.assert(
      fc.property(frozenPeer, fairTime, fc.boolean(), (record, now, force) => {
        const reset = resetPeer(record, { now, force });
        const running = retryAfterUntil(record) > Math.trunc(now);
        const cooldownUntil = running && !force ? retryAfterUntil(record) : 0;
        expect(reset).toMatchObject({ failureCount: 0, lastError: '', cooldownUntil });
        // Also one that is over: the clock may be set back.
        expect(retryAfterUntil(reset)).toBe(force ? 0 : retryAfterUntil(record));
        expect(reset.metadata['retry_after_header']).toBe(
          force ? undefined : record.metadata['retry_after_header'],
        );
        expect(reset).toSatisfy(hasStorableNumbers);
      }),
    );
  });

  it('touches nothing else but the time of the change', () => {
    fc.assert(
      fc.property(frozenPeer, fairTime, fc.boolean(), (record, now, force) => {
        const reset = resetPeer(record, { now, force });
        const { lastError, failureCount, cooldownUntil, metadata } = record;
        expect({ ...reset, lastError, failureCount, cooldownUntil, metadata }).toEqual({
          ...record,
          updatedAt: Math.trunc(now),
        });
        expect(foreignMetadata(reset)).toEqual(foreignMetadata(record));
      }),
    );
  });
});
