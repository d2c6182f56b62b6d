import { fc } from '../support/property.ts';

/** Any number at all: what a clock, an option or a caller may hand over, however broken. */
export const anyNumber: fc.Arbitrary<number> = fc.oneof(
  fc.double(),
  fc.maxSafeInteger(),
  fc.integer({ min: -10, max: 7200 }),
  fc.double({ min: 0, max: 7200, noNaN: true }),
  fc.constantFrom(
    0,
    -0,
    -0.5,
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    2 ** 53,
    -(2 ** 53),
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    Number.MIN_VALUE,
    2 ** 31 - 1,
    2 ** 31,
  ),
);

/** Any number that can be compared with another one. */
export const comparableNumber: fc.Arbitrary<number> = anyNumber.filter((value) => !Number.isNaN(value));

/** A moment of a working clock, with a fraction that a double holds exactly. */
export const fairTime: fc.Arbitrary<number> = fc
  .tuple(fc.integer({ min: 0, max: 4_000_000_000 }), fc.integer({ min: 0, max: 1023 }))
  .map(([whole, parts]) => whole + parts / 1024);

/** A moment of a clock that may also be broken. */
export const anyTime: fc.Arbitrary<number> = fc.oneof(fairTime, anyNumber);

/** A time as a state may hold it: whole and safe. */
export const wholeTime: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0, max: 4_000_000_000 }),
  fc.maxSafeInteger(),
  fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);

/** A count as a state may hold it. */
export const wholeCount: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.maxSafeNat(),
  fc.constantFrom(0, Number.MAX_SAFE_INTEGER),
);

/** Whole, safe and not −0, which a JSON round trip would turn into 0. */
export function isStorable(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}
