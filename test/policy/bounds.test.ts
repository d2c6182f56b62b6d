import { describe, expect, it, test } from 'vitest';
import { boundWaits, longestWait } from '../../src/policy/bounds.ts';
import { createPeerRecord, type PeerRecord } from '../../src/policy/peer-record.ts';
import { resolvePolicy } from '../../src/policy/sync-policy.ts';
import { initialSyncState } from '../../src/policy/sync-worker-state.ts';
import { fc } from '../support/property.ts';

describe('longestWait', () => {
  it.each([
    { of: 'the hour of a Retry-After', policy: {}, expected: 3601 },
    { of: 'that hour and its jitter', policy: { jitterRatio: 0.5 }, expected: 5401 },
    { of: 'the cap of the backoff', policy: { failureBackoffCapSeconds: 9000 }, expected: 9001 },
    {
      of: 'that cap and its jitter',
      policy: { failureBackoffCapSeconds: 9000, jitterRatio: 1 },
      expected: 18_001,
    },
    { of: 'the interval', policy: { intervalSeconds: 7000.5 }, expected: 7002 },
    {
      of: 'the interval and its spread',
      policy: { intervalSeconds: 7000, spreadRatio: 0.25 },
      expected: 8751,
    },
    { of: 'the pause of catching up', policy: { catchUpIntervalSeconds: 8000 }, expected: 8001 },
  ])('is $of, and a second for rounding', ({ policy, expected }) => {
    expect(longestWait(resolvePolicy(policy))).toBe(expected);
  });
});

describe('boundWaits', () => {
  // A whole number of seconds is counted from a moment that is rounded up: 1,000,000.
  const now = 999_999.25;
  const policy = resolvePolicy({ intervalSeconds: 5000, failureBackoffCapSeconds: 4000 });
  const [wholeNow, due, cooldown, retryAfter] = [1_000_000, 1_005_001, 1_004_000, 1_003_600];
  const around = (bound: number): fc.Arbitrary<number> =>
    fc.constantFrom(0, bound - 1, bound, bound + 1, bound + 1_000_000);

  const anyState = fc.record({
    lastSyncStartedAt: around(wholeNow),
    lastSyncFinishedAt: around(wholeNow),
    nextSyncDueAt: around(due),
    lastOutcome: fc.constantFrom('running' as const, 'ok' as const, 'error' as const),
  });
  const anyRecord = fc
    .record({
      updatedAt: around(wholeNow),
      cooldownUntil: around(cooldown),
      lastSyncOkAt: around(wholeNow),
      lastAskedAt: around(wholeNow),
      retryAfter: fc.option(fc.record({ until: around(retryAfter), header: fc.constant('60') })),
    })
    .map((fields): PeerRecord => ({ ...createPeerRecord('http://a.example'), ...fields }));

  test('brings what is beyond its bound to it, leaves the rest, and tells by how much the clock is behind', () => {
    fc.assert(
      fc.property(anyState, fc.array(anyRecord, { maxLength: 2 }), (fields, peers) => {
        const state = { ...initialSyncState(), ...fields };
        /** What was found beyond its bound: the times at which it was recorded. */
        const late: number[] = [];
        const held = (time: number, bound: number, recordedAt: number): number => {
          if (time > bound) late.push(recordedAt);
          return Math.min(time, bound);
        };
        const expectedState = {
          ...state,
          nextSyncDueAt: held(state.nextSyncDueAt, due, state.lastSyncFinishedAt),
          lastSyncStartedAt:
            state.lastOutcome === 'running'
              ? held(state.lastSyncStartedAt, wholeNow, state.lastSyncStartedAt)
              : state.lastSyncStartedAt,
        };
        const expectedPeers = peers.map((peer) => ({
          ...peer,
          retryAfter: peer.retryAfter && {
            ...peer.retryAfter,
            until: held(peer.retryAfter.until, retryAfter, peer.updatedAt),
          },
          cooldownUntil: held(peer.cooldownUntil, cooldown, peer.updatedAt),
          lastSyncOkAt: held(peer.lastSyncOkAt, wholeNow, peer.lastSyncOkAt),
          lastAskedAt: held(peer.lastAskedAt, wholeNow, peer.lastAskedAt),
        }));
        const clockBehindSeconds = Math.max(0, ...late.map((recordedAt) => recordedAt - wholeNow));

        const bounded = boundWaits(state, peers, { now, policy });
        expect(bounded).toEqual({
          state: expectedState,
          records: expectedPeers,
          reason: late.length === 0 ? null : clockBehindSeconds > 0 ? 'clock' : 'policy',
          clockBehindSeconds,
        });
        // What is as it was is the same object, so that nobody has to compare.
        const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
        expect(bounded.state === state).toBe(isSame(expectedState, state));
        expect(bounded.records === peers).toBe(isSame(expectedPeers, peers));
        for (const [index, record] of bounded.records.entries())
          expect(record === peers[index]).toBe(isSame(expectedPeers[index], peers[index]));
      }),
    );
  });
});
