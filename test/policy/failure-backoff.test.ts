import { describe, expect, it } from 'vitest';
import { addJitter, failureBackoff } from '../../src/policy/failure-backoff.ts';
import { fc } from '../support/property.ts';
import { anyNumber, comparableNumber, isStorable } from './any-number.ts';

function ladder(options: { base: number; cap?: number; retryAfter?: number; upTo: number }): number[] {
  return Array.from({ length: options.upTo }, (_, index) =>
    failureBackoff({
      baseBackoffSeconds: options.base,
      consecutiveFailures: index + 1,
      ...(options.cap === undefined ? {} : { capSeconds: options.cap }),
      ...(options.retryAfter === undefined ? {} : { retryAfterSeconds: options.retryAfter }),
    }),
  );
}

describe('failureBackoff', () => {
  it('climbs the reference ladder from 60 seconds to half an hour', () => {
    expect(ladder({ base: 60, upTo: 7 })).toEqual([60, 120, 240, 480, 960, 1800, 1800]);
  });

  it('stops doubling after the sixteenth time, whatever the cap', () => {
    expect(ladder({ base: 1, cap: Number.POSITIVE_INFINITY, upTo: 20 })).toEqual([
      1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 65_536, 65_536,
      65_536,
    ]);
  });

  it('keeps every step of the ladder at or above the Retry-After', () => {
    expect(ladder({ base: 60, retryAfter: 500, upTo: 7 })).toEqual([500, 500, 500, 500, 960, 1800, 1800]);
    expect(ladder({ base: 60, retryAfter: 3600, upTo: 7 })).toEqual(Array(7).fill(3600));
  });

  it('is the Retry-After alone where the cap is 0 or negative', () => {
    expect(ladder({ base: 60, cap: 0, retryAfter: 90, upTo: 3 })).toEqual([90, 90, 90]);
    expect(ladder({ base: 60, cap: -1, retryAfter: 90, upTo: 3 })).toEqual([90, 90, 90]);
    expect(ladder({ base: 60, cap: 0, upTo: 3 })).toEqual([0, 0, 0]);
    expect(ladder({ base: 60, cap: -1800, upTo: 3 })).toEqual([0, 0, 0]);
  });

  it('is the Retry-After alone where the base or the failure count is not above 0', () => {
    for (const none of [0, -0, -1, -1e300, Number.NaN, Number.NEGATIVE_INFINITY]) {
      const options = { baseBackoffSeconds: 60, consecutiveFailures: 5, retryAfterSeconds: 7 };
      expect(failureBackoff({ ...options, baseBackoffSeconds: none })).toBe(7);
      expect(failureBackoff({ ...options, consecutiveFailures: none })).toBe(7);
    }
  });

  it('rounds a fractional Retry-After up and a fractional exponential down', () => {
    expect(ladder({ base: 0, retryAfter: 5.001, upTo: 1 })).toEqual([6]);
    expect(ladder({ base: 1.5, upTo: 3 })).toEqual([1, 3, 6]);
    expect(ladder({ base: 60, cap: 100.9, upTo: 3 })).toEqual([60, 100, 100]);
  });

  it('takes a fractional failure count for the whole one below it, and at least for one', () => {
    const delay = (consecutiveFailures: number): number =>
      failureBackoff({ baseBackoffSeconds: 60, consecutiveFailures });
    expect([0.1, 1.9, 2.9, 3.999].map(delay)).toEqual([60, 60, 120, 240]);
  });

  it('is max(exponential, Retry-After) for all whole numbers', () => {
    const whole = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -5, max: 7200 }));
    fc.assert(
      fc.property(
        whole,
        fc.oneof(whole, fc.integer({ min: 1, max: 20 })),
        whole,
        whole,
        (base, n, wish, cap) => {
          let exponential = 0n;
          if (base > 0 && n > 0 && cap > 0) {
            exponential = BigInt(base);
            for (let failure = 2; failure <= Math.min(n, 17); failure += 1) exponential *= 2n;
            if (exponential > BigInt(cap)) exponential = BigInt(cap);
          }
          const expected = exponential > BigInt(wish) ? exponential : BigInt(wish);
          const delay = failureBackoff({
            baseBackoffSeconds: base,
            consecutiveFailures: n,
            retryAfterSeconds: wish,
            capSeconds: cap,
          });
          expect(delay).toBe(Number(expected));
        },
      ),
    );
  });

  it('is a whole number between 0 and the cap, for any numbers at all', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, anyNumber, (base, failures, cap) => {
        const delay = failureBackoff({
          baseBackoffSeconds: base,
          consecutiveFailures: failures,
          capSeconds: cap,
        });
        expect(delay).toSatisfy(isStorable);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(Number.isNaN(cap) ? 0 : Math.max(0, cap));
      }),
    );
  });

  it('never falls as the failures go up, for any base, cap and Retry-After', () => {
    fc.assert(
      fc.property(
        anyNumber,
        anyNumber,
        anyNumber,
        comparableNumber,
        comparableNumber,
        (base, cap, wish, a, b) => {
          const delay = (failures: number): number =>
            failureBackoff({
              baseBackoffSeconds: base,
              consecutiveFailures: failures,
              retryAfterSeconds: wish,
              capSeconds: cap,
            });
          expect(delay(Math.max(a, b))).toBeGreaterThanOrEqual(delay(Math.min(a, b)));
        },
      ),
    );
  });

  it('is storable and never below the Retry-After, whatever the cap, the failures and the jitter', () => {
    fc.assert(
      fc.property(
        fc.record({
          baseBackoffSeconds: anyNumber,
          consecutiveFailures: anyNumber,
          retryAfterSeconds: anyNumber,
          capSeconds: anyNumber,
        }),
        anyNumber,
        anyNumber,
        (options, jitterRatio, random) => {
          const wish = Math.min(options.retryAfterSeconds, Number.MAX_SAFE_INTEGER);
          const delay = failureBackoff(options);
          const jittered = addJitter(delay, { jitterRatio, random });
          expect(delay).toSatisfy(isStorable);
          expect(jittered).toSatisfy(isStorable);
          expect(delay >= wish || Number.isNaN(wish)).toBe(true);
          expect(jittered).toBeGreaterThanOrEqual(delay);
        },
      ),
    );
  });
});

describe('addJitter', () => {
  it.each([
    { wait: 60, jitterRatio: 0, random: 1, expected: 60 },
    { wait: 60, jitterRatio: 0.25, random: 0, expected: 60 },
    { wait: 60, jitterRatio: 0.25, random: 1, expected: 75 },
    { wait: 61, jitterRatio: 0.25, random: 0.5, expected: 69 },
    { wait: 1800, jitterRatio: 0.5, random: 0.75, expected: 2475 },
    { wait: 1, jitterRatio: 0.001, random: 0.001, expected: 2 },
    { wait: 0, jitterRatio: 10, random: 1, expected: 0 },
    { wait: 100, jitterRatio: 2, random: 1, expected: 300 },
  ])('makes $expected of $wait with the ratio $jitterRatio and the draw $random', (row) => {
    expect(addJitter(row.wait, row)).toBe(row.expected);
  });

  it('adds nothing for a ratio or a draw that is no number from 0 up', () => {
    for (const bad of [Number.NaN, -1, Number.NEGATIVE_INFINITY]) {
      expect(addJitter(60, { jitterRatio: bad, random: 1 })).toBe(60);
      expect(addJitter(60, { jitterRatio: 1, random: bad })).toBe(60);
    }
  });

  it('takes a draw above 1 for 1', () => {
    expect(addJitter(60, { jitterRatio: 0.5, random: 7 })).toBe(90);
  });

  it('only ever adds, and at most the ratio and the second of rounding', () => {
    const ratios = fc.oneof(
      fc.double({ min: 0, max: 2, noNaN: true }),
      fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
    );
    const draws = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), anyNumber);
    fc.assert(
      fc.property(fc.maxSafeNat(), ratios, draws, (wait, jitterRatio, random) => {
        const jittered = addJitter(wait, { jitterRatio, random });
        expect(jittered).toSatisfy(isStorable);
        expect(jittered).toBeGreaterThanOrEqual(wait);
        expect(jittered).toBeLessThanOrEqual(wait + wait * jitterRatio + 1);
      }),
    );
  });

  it('gives a storable number from 0 up, for any numbers at all', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, anyNumber, (wait, jitterRatio, random) => {
        const jittered = addJitter(wait, { jitterRatio, random });
        expect(jittered).toSatisfy(isStorable);
        expect(jittered).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
