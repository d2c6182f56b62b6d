import { expect, test } from 'vitest';
import { addJitter, failureBackoff } from '../../src/core.ts';
import { fc } from '../support/property.ts';

const seconds = fc.integer({ min: 0, max: 100_000 });
const failures = fc.integer({ min: 1, max: 1000 });

test('a backoff never shrinks as failures add up, and never exceeds its cap', () => {
  fc.assert(
    fc.property(seconds, seconds, failures, (baseBackoffSeconds, capSeconds, n) => {
      const wait = (consecutiveFailures: number): number =>
        failureBackoff({ baseBackoffSeconds, capSeconds, consecutiveFailures });
      expect(wait(n)).toBeLessThanOrEqual(capSeconds);
      expect(wait(n + 1)).toBeGreaterThanOrEqual(wait(n));
      expect(wait(1)).toBe(Math.min(baseBackoffSeconds, capSeconds));
    }),
  );
});

test('jitter only lengthens a wait, by at most its ratio', () => {
  fc.assert(
    fc.property(
      seconds,
      fc.double({ min: 0, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (wait, jitterRatio, random) => {
        const jittered = addJitter(wait, { jitterRatio, random });
        expect(jittered).toBeGreaterThanOrEqual(wait);
        expect(jittered).toBeLessThanOrEqual(Math.ceil(wait * (1 + jitterRatio)));
      },
    ),
  );
});
