import { describe, expect, test } from 'vitest';
import { safeReadings } from '../../src/clock/safe-readings.ts';
import { fc } from '../support/property.ts';

/** What a source gives at one call: a value, or the thing it throws. */
interface Reading {
  readonly value?: unknown;
  readonly thrown?: unknown;
}

const unshowable = {
  [Symbol.toPrimitive]: () => {
    throw new Error('cannot be shown');
  },
};

/** What is no number from anywhere: thrown, not finite, or of another type though it was promised to be a number. */
const bad: fc.Arbitrary<Reading> = fc.oneof(
  fc.anything().map((thrown) => ({ thrown })),
  fc
    .oneof(
      fc.constantFrom<unknown>(
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        '1800000000',
        '',
      ),
      fc.constantFrom<unknown>(undefined, null, 5n, new Date(5), unshowable, Symbol('time')),
    )
    .map((value) => ({ value })),
);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

function play(readings: readonly Reading[]): () => number {
  const left = [...readings];
  return () => {
    const reading = left.shift() ?? {};
    if ('thrown' in reading) throw reading.thrown;
    return reading.value as number;
  };
}

describe('now()', () => {
  test('gives every finite number as it is, and else the last good one, 0 before the first', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            bad,
            finite.map((value) => ({ value })),
          ),
        ),
        (readings) => {
          const reports: Error[] = [];
          const { now } = safeReadings({
            now: play(readings),
            random: () => 0,
            report: (error) => reports.push(error),
          });
          let last = 0;
          let faults = 0;
          for (const { value } of readings) {
            if (typeof value === 'number' && Number.isFinite(value)) last = value;
            else faults += 1;
            expect(now()).toBe(last);
            expect(reports).toHaveLength(faults);
          }
        },
      ),
    );
  });

  test('reports what was thrown as the cause', () => {
    const thrown = new Error('the clock is gone');
    const reports: Error[] = [];
    const { now } = safeReadings({
      now: play([{ value: 17 }, { thrown }]),
      random: () => 0,
      report: (error) => reports.push(error),
    });
    now();
    now();
    expect(reports[0]?.message).toBe('now() gave no reading; going on with 17');
    expect(reports[0]?.cause).toBe(thrown);
  });

  test.each([Number.NaN, '1800000000', null])('reports %j, which is no reading, as the cause', (value) => {
    const reports: Error[] = [];
    const { now } = safeReadings({
      now: play([{ value }]),
      random: () => 0,
      report: (error) => reports.push(error),
    });
    now();
    expect(reports[0]?.cause).toEqual(new RangeError(`it gave ${String(value)}`));
  });
});

describe('random()', () => {
  const outside = fc
    .oneof(finite, fc.constantFrom(-Number.MIN_VALUE, 1 + Number.EPSILON, -1, 2))
    .filter((value) => value < 0 || value > 1)
    .map((value): Reading => ({ value }));
  const inside = fc
    .oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }))
    .map((value): Reading => ({ value }));

  test('gives every number from 0 to 1 as it is, and else 0, which adds no jitter', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(bad, outside, inside)), (readings) => {
        const reports: Error[] = [];
        const { random } = safeReadings({
          now: () => 0,
          random: play(readings),
          report: (error) => reports.push(error),
        });
        for (const { value } of readings) {
          const before = reports.length;
          const isGood = typeof value === 'number' && value >= 0 && value <= 1;
          expect(random()).toBe(isGood ? value : 0);
          expect(reports.length - before).toBe(isGood ? 0 : 1);
        }
      }),
    );
  });

  test('is reported by its name', () => {
    const reports: Error[] = [];
    const { random } = safeReadings({
      now: () => 0,
      random: () => 7,
      report: (error) => reports.push(error),
    });
    random();
    expect(reports[0]?.message).toBe('random() gave no reading; going on with 0');
    expect(reports[0]?.cause).toEqual(new RangeError('it gave 7'));
  });
});
