import { describe, expect, it } from 'vitest';
import { createPeerRecord } from '../../src/policy/peer-record.ts';
import {
  eligibleSyncPeers,
  isSyncPeer,
  nextAskAt,
  retryAfterUntil,
} from '../../src/policy/peer-selection.ts';
import {
  recordHeld,
  recordSeen,
  recordSyncFailure,
  recordSyncSuccess,
  recordWithdrawal,
  resetPeer,
} from '../../src/policy/peer-updates.ts';
import { peerFromWire, peerToWire } from '../../src/policy/peer-wire.ts';
import { fc } from '../support/property.ts';
import { anyNumber, anyTime, comparableNumber, fairTime } from './any-number.ts';
import { anyFailure, anyPeerRecord, hasStorableNumbers } from './any-peer-record.ts';
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
        const { retryAfter: _retryAfter, cooldownUntil: _cooldown, ...rest } = record;
        expect(marked).toMatchObject({
          ...rest,
          updatedAt: marked.updatedAt,
          lastError: options.error.trim(),
          lastAskedAt: marked.updatedAt,
          withdrawn: false,
          failureCount: Math.min(MOST, record.failureCount + 1),
        });
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
      fc.property(frozenPeer, fairTime, duration, duration, duration, (record, now, base, cap, seconds) => {
        const marked = recordSyncFailure(record, {
          now,
          error: '',
          failureBackoffSeconds: base,
          failureBackoffCapSeconds: cap,
          retryAfterSeconds: seconds,
        });
        const whole = Math.floor(now);
        const exponential = Math.max(0, Math.min(base * 2 ** Math.min(record.failureCount, 16), cap));
        const known = retryAfterUntil(record);
        const asked = seconds > 0 ? Math.max(known, Math.ceil(now) + seconds) : known;
        const ends = [record.cooldownUntil];
        if (exponential > 0) ends.push(whole + exponential || 1);
        if (asked > whole) ends.push(asked);
        expect(marked.updatedAt).toBe(whole);
        const set = ends.filter((end) => end !== 0);
        expect(marked.cooldownUntil).toBe(set.length === 0 ? 0 : Math.max(...set));
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
      recordSyncFailure(peer, { now, error: '', retryAfterSeconds }).retryAfter?.until;
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
    expect(named.retryAfter).toStrictEqual({ until: 1090, header: ' 90' });
    // Another Retry-After without a header does not keep the old header, and an earlier one changes nothing.
    const later = recordSyncFailure(named, { now: 1010, error: '', retryAfterSeconds: 90 });
    expect(later.retryAfter).toStrictEqual({ until: 1100, header: '' });
    const earlier = recordSyncFailure(named, {
      now: 1010,
      error: '',
      retryAfterSeconds: 1,
      retryAfterHeader: '1',
    });
    expect(earlier.retryAfter).toStrictEqual({ until: 1090, header: ' 90' });
  });

  it('leaves the Retry-After alone where the peer asked for nothing', () => {
    fc.assert(
      fc.property(
        frozenPeer,
        anyTime,
        fc.constantFrom(undefined, 0, -0, -1, Number.NaN),
        (record, now, seconds) => {
          const asked = seconds === undefined ? {} : { retryAfterSeconds: seconds };
          const marked = recordSyncFailure(record, { now, error: '', retryAfterHeader: 'soon', ...asked });
          expect(marked.retryAfter).toEqual(record.retryAfter);
        },
      ),
    );
  });

  it('leaves a record that a file can hold, however broken the clock', () => {
    for (const now of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e300, -0.5]) {
      const marked = recordSyncFailure(peer, { now, error: '', retryAfterSeconds: 30 });
      expect({ now, holds: hasStorableNumbers(marked) }).toEqual({ now, holds: true });
      expect(peerFromWire(peerToWire(marked))).toStrictEqual(marked);
    }
  });

  it('lets nobody be asked before now + Retry-After, nor earlier than before, for any numbers', () => {
    fc.assert(
      fc.property(frozenPeer, anyFailure, comparableNumber, anyNumber, (record, options, now, seconds) => {
        const marked = recordSyncFailure(record, { ...options, now, retryAfterSeconds: seconds });
        const end = Math.min(MOST, now + Math.min(MOST, seconds));
        if (seconds > 0) expect(nextAskAt(marked)).toBeGreaterThanOrEqual(end);
        if (seconds > 0) expect(retryAfterUntil(marked)).toBeGreaterThanOrEqual(end);
        // 0 is none.
        if (record.retryAfter !== null) {
          expect(retryAfterUntil(marked)).toBeGreaterThanOrEqual(retryAfterUntil(record));
        }
        if (nextAskAt(record) !== 0) expect(nextAskAt(marked)).toBeGreaterThanOrEqual(nextAskAt(record));
      }),
    );
  });
});

describe('recordSyncSuccess', () => {
  it('clears failures, error and cooldown, and keeps all else', () => {
    fc.assert(
      fc.property(frozenPeer, fairTime, (record, now) => {
        const whole = Math.floor(now);
        const until = retryAfterUntil(record);
        expect(recordSyncSuccess(record, { now })).toStrictEqual({
          ...record,
          updatedAt: whole,
          lastSeenAt: whole,
          lastSyncOkAt: whole,
          lastAskedAt: whole,
          lastBroughtNews: true,
          withdrawn: false,
          lastError: '',
          failureCount: 0,
          cooldownUntil: until > whole ? until : 0,
        });
      }),
    );
  });

  it('lets a Retry-After run on', () => {
    const waiting = { ...peer, cooldownUntil: 5000, retryAfter: { until: 2000, header: '' } };
    const ends = [1999.9, 2000].map((now) => recordSyncSuccess(waiting, { now }).cooldownUntil);
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
    const failedAndAsked = recordSyncFailure(peer, {
      now: 1000.5,
      error: '',
      failureBackoffSeconds: 600,
      retryAfterSeconds: 30,
    });
    expect(nextAskAt(failedAndAsked)).toBe(1600);
    expect(nextAskAt(recordSeen(failedAndAsked, { now: 1001 }))).toBe(1031);
    expect(nextAskAt(recordSeen(failedAndAsked, { now: 1030.999 }))).toBe(1031);
  });
});

describe('resetPeer', () => {
  it('clears failures and backoff, and the Retry-After only by force', () => {
    fc.assert(
      fc.property(frozenPeer, fairTime, fc.boolean(), (record, now, force) => {
        const reset = resetPeer(record, { now, force });
        const running = retryAfterUntil(record) > Math.trunc(now);
        const cooldownUntil = running && !force ? retryAfterUntil(record) : 0;
        expect(reset).toMatchObject({ failureCount: 0, lastError: '', cooldownUntil });
        // Also one that is over: the clock may be set back.
        expect(retryAfterUntil(reset)).toBe(force ? 0 : retryAfterUntil(record));
        expect(reset.retryAfter).toEqual(force ? null : record.retryAfter);
        expect(reset).toSatisfy(hasStorableNumbers);
      }),
    );
  });

  it('touches nothing else but the time of the change', () => {
    fc.assert(
      fc.property(frozenPeer, fairTime, fc.boolean(), (record, now, force) => {
        const reset = resetPeer(record, { now, force });
        const { lastError, failureCount, cooldownUntil, retryAfter, withdrawn } = record;
        expect({ ...reset, lastError, failureCount, cooldownUntil, retryAfter, withdrawn }).toEqual({
          ...record,
          updatedAt: Math.trunc(now),
        });
        expect(reset.withdrawn).toBe(false);
      }),
    );
  });
});

describe('recordWithdrawal', () => {
  it('counts no failure, but for a peer whose last attempt was withdrawn too', () => {
    const once = recordWithdrawal(peer, { now: 1000.5 });
    expect(once).toEqual({ ...peer, withdrawn: true, lastAskedAt: 1000 });
    const twice = recordWithdrawal(once, { now: 2000 });
    expect(twice).toMatchObject({ withdrawn: false, failureCount: 1, cooldownUntil: 2060 });
    expect(twice.lastError).toBe('the worker was stopped twice while it asked this peer');
  });

  it('begins to count anew with a finished attempt, however that ended', () => {
    const once = recordWithdrawal(peer, { now: 1000 });
    const failed = recordSyncFailure(once, { now: 1100, error: 'refused' });
    for (const between of [recordSyncSuccess(once, { now: 1100 }), failed]) {
      expect(recordWithdrawal(between, { now: 1200 }).failureCount).toBe(between.failureCount);
    }
  });
});

describe('recordHeld', () => {
  it('holds a peer without a cooldown until a time before 1970 as well', () => {
    expect(recordHeld(peer, -5.5).cooldownUntil).toBe(-5);
  });

  it('keeps the peer from being asked before the gate opens, and counts no failure', () => {
    fc.assert(
      fc.property(frozenPeer, comparableNumber, (record, until) => {
        const held = recordHeld(record, until);
        expect(nextAskAt(held)).toBeGreaterThanOrEqual(Math.min(MOST, until));
        expect({ ...held, cooldownUntil: record.cooldownUntil }).toEqual(record);
        expect(held).toSatisfy(hasStorableNumbers);
      }),
    );
  });
});
