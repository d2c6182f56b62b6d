import { describe, expect, it } from 'vitest';
import { addSeconds, ceilSeconds, wholeDuration, wholeSeconds } from '../../src/policy/seconds.ts';
import { fc } from '../support/property.ts';
import { anyNumber, isStorable, wholeTime } from './any-number.ts';

const MOST = Number.MAX_SAFE_INTEGER;

describe('whole seconds', () => {
  it.each([
    { value: 5.999, truncated: 5, duration: 5, up: 6 },
    { value: -5.999, truncated: -5, duration: 0, up: 0 },
    { value: -0, truncated: 0, duration: 0, up: 0 },
    { value: -0.5, truncated: 0, duration: 0, up: 0 },
    { value: 0.001, truncated: 0, duration: 0, up: 1 },
    { value: Number.NaN, truncated: 0, duration: 0, up: 0 },
    { value: Number.POSITIVE_INFINITY, truncated: MOST, duration: MOST, up: MOST },
    { value: Number.NEGATIVE_INFINITY, truncated: -MOST, duration: 0, up: 0 },
    { value: 2 ** 53, truncated: MOST, duration: MOST, up: MOST },
    { value: -(2 ** 53), truncated: -MOST, duration: 0, up: 0 },
  ])('make $truncated, $duration and $up of $value', ({ value, truncated, duration, up }) => {
    expect([wholeSeconds(value), wholeDuration(value), ceilSeconds(value)]).toEqual([
      truncated,
      duration,
      up,
    ]);
  });

  it('are storable for any number, and durations are never negative', () => {
    fc.assert(
      fc.property(anyNumber, (value) => {
        expect([wholeSeconds, wholeDuration, ceilSeconds].map((of) => of(value))).toSatisfy((all: number[]) =>
          all.every(isStorable),
        );
        expect(Math.min(wholeDuration(value), ceilSeconds(value))).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('stay storable when a duration is added, and never go back', () => {
    fc.assert(
      fc.property(wholeTime, fc.maxSafeNat(), (at, duration) => {
        expect(addSeconds(at, duration)).toSatisfy(isStorable);
        expect(addSeconds(at, duration)).toBeGreaterThanOrEqual(at);
        expect(BigInt(addSeconds(at, duration))).toBe(
          BigInt(at) + BigInt(duration) > BigInt(MOST) ? BigInt(MOST) : BigInt(at) + BigInt(duration),
        );
      }),
    );
  });
});
