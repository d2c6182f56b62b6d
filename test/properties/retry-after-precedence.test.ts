import { expect, test } from 'vitest';
import { failureBackoff, finishSync, initialSyncState, MAX_RETRY_AFTER_SECONDS } from '../../src/core.ts';
import { fc } from '../support/property.ts';

const asked = fc.integer({ min: 0, max: MAX_RETRY_AFTER_SECONDS });
const seconds = fc.integer({ min: 0, max: 10_000 });

test('no cap, base or failure count shortens a Retry-After', () => {
  fc.assert(
    fc.property(
      asked,
      seconds,
      seconds,
      fc.nat(40),
      (retryAfterSeconds, baseBackoffSeconds, capSeconds, n) => {
        const wait = failureBackoff({
          baseBackoffSeconds,
          capSeconds,
          consecutiveFailures: n,
          retryAfterSeconds,
        });
        expect(wait).toBeGreaterThanOrEqual(retryAfterSeconds);
      },
    ),
  );
});

test('jitter never makes the next run due before the Retry-After is over', () => {
  fc.assert(
    fc.property(
      asked,
      fc.double({ min: 0, max: 3, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 2_000_000_000 }),
      (retryAfterSeconds, jitterRatio, random, now) => {
        const state = finishSync(initialSyncState(), {
          ok: false,
          now,
          retryAfterSeconds,
          jitterRatio,
          random,
        });
        expect(state.nextSyncDueAt).toBeGreaterThanOrEqual(now + retryAfterSeconds);
      },
    ),
  );
});
