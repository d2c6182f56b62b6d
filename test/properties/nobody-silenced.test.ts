import { expect, test } from 'vitest';
import {
  boundWaits,
  createPeerRecord,
  initialSyncState,
  longestWait,
  MAX_RETRY_AFTER_SECONDS,
  nextAskAt,
  recordSyncFailure,
  resolvePolicy,
} from '../../src/core.ts';
import { policies } from '../../src/testing/fast-check/index.ts';
import { anyPeerRecord } from '../policy/any-peer-record.ts';
import { anySyncState } from '../policy/any-sync-state.ts';
import { fc } from '../support/property.ts';

const anyNow = fc.oneof(
  fc.double({ min: 1, max: 4e9, noNaN: true }),
  fc.integer({ min: 1, max: 2_000_000_000 }),
);
const anyPolicy = policies().map(resolvePolicy);

test('whatever a wrong clock or another program stored, no wait exceeds the longest possible one', () => {
  fc.assert(
    fc.property(
      anySyncState,
      fc.array(anyPeerRecord, { maxLength: 4 }),
      anyNow,
      anyPolicy,
      (state, peers, now, limits) => {
        const bounded = boundWaits(state, peers, { now, policy: limits });
        const whole = Math.ceil(now);
        expect(bounded.state.nextSyncDueAt).toBeLessThanOrEqual(
          Math.min(Number.MAX_SAFE_INTEGER, whole + longestWait(limits)),
        );
        const cooldown = Math.max(Math.ceil(limits.failureBackoffCapSeconds), MAX_RETRY_AFTER_SECONDS);
        for (const peer of bounded.records) {
          expect(nextAskAt(peer)).toBeLessThanOrEqual(Math.min(Number.MAX_SAFE_INTEGER, whole + cooldown));
          expect(peer.lastSyncOkAt).toBeLessThanOrEqual(whole);
        }
      },
    ),
  );
});

test('bounding waits that are within their bounds changes nothing', () => {
  fc.assert(
    fc.property(
      anySyncState,
      fc.array(anyPeerRecord, { maxLength: 4 }),
      anyNow,
      anyPolicy,
      (state, peers, now, limits) => {
        const once = boundWaits(state, peers, { now, policy: limits });
        const again = boundWaits(once.state, once.records, { now: now + 1, policy: limits });
        expect(again).toEqual({
          state: once.state,
          records: once.records,
          reason: null,
          clockBehindSeconds: 0,
        });
      },
    ),
  );
});

test('a Retry-After that a server really sent is never shortened', () => {
  fc.assert(
    fc.property(
      anyNow,
      fc.integer({ min: 1, max: MAX_RETRY_AFTER_SECONDS }),
      anyPolicy,
      (now, retryAfterSeconds, limits) => {
        const peer = recordSyncFailure(createPeerRecord('http://a.example'), {
          now,
          error: '',
          retryAfterSeconds,
        });
        const { records } = boundWaits(initialSyncState(), [peer], { now, policy: limits });
        expect(records[0]?.retryAfter).toEqual(peer.retryAfter);
      },
    ),
  );
});
