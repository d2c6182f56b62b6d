import { describe, expect, it } from 'vitest';
import {
  defaultPolicy,
  isResolvedPolicy,
  MIN_RUN_GAP_SECONDS,
  resolvePolicy,
  type SyncPolicy,
} from '../../src/policy/sync-policy.ts';
import { fc } from '../support/property.ts';

const leastOf: Readonly<Record<keyof SyncPolicy, number>> = {
  intervalSeconds: 0,
  failureBackoffSeconds: 0,
  failureBackoffCapSeconds: 0,
  stuckAfterSeconds: 1,
  maxPeersPerRun: 1,
  jitterRatio: 0,
  spreadRatio: 0,
  attemptTimeoutSeconds: 0,
  catchUpIntervalSeconds: 0,
};
const options = Object.keys(leastOf) as (keyof SyncPolicy)[];

const badValues: readonly (readonly [value: unknown, shown: string])[] = [
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
  [-1, '-1'],
  [-0.001, '-0.001'],
  [-1e300, '-1e+300'],
  ['60', '"60"'],
  ['', '""'],
  [null, 'null'],
  [true, 'true'],
  [[60], '[60]'],
  [{}, '{}'],
  [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  [() => 60, 'function'],
  [Symbol('60'), 'symbol'],
  [60n, '60'],
];

function allowed(option: keyof SyncPolicy): string {
  return `${option === 'maxPeersPerRun' ? 'a whole number' : 'a finite number'} of at least ${leastOf[option]}`;
}

describe('resolvePolicy', () => {
  it('gives the numbers of the reference by default', () => {
    const reference = {
      intervalSeconds: 300,
      failureBackoffSeconds: 60,
      failureBackoffCapSeconds: 1800,
      stuckAfterSeconds: 300,
      maxPeersPerRun: 3,
      jitterRatio: 0,
      spreadRatio: 0,
      attemptTimeoutSeconds: 0,
      catchUpIntervalSeconds: 1,
    };
    expect(resolvePolicy()).toEqual(reference);
    expect(resolvePolicy({})).toEqual(reference);
    expect(defaultPolicy).toEqual(reference);
    expect(MIN_RUN_GAP_SECONDS).toBe(1);
  });

  it('takes every allowed value, keeps the default for undefined, and freezes the result', () => {
    const number = (least: number): fc.Arbitrary<number | undefined> =>
      fc.option(fc.double({ min: least, noNaN: true, noDefaultInfinity: true }), { nil: undefined });
    const given = fc.record(
      {
        intervalSeconds: number(0),
        failureBackoffSeconds: number(0),
        failureBackoffCapSeconds: number(0),
        stuckAfterSeconds: number(1),
        maxPeersPerRun: fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), { nil: undefined }),
        jitterRatio: number(0),
        spreadRatio: number(0),
        attemptTimeoutSeconds: number(0),
        catchUpIntervalSeconds: number(0),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(given, (some) => {
        const policy = resolvePolicy(Object.freeze(some));
        for (const option of options) expect(policy[option]).toBe(some[option] ?? defaultPolicy[option]);
        expect(Object.keys(policy)).toEqual(options);
        expect(Object.isFrozen(policy)).toBe(true);
      }),
    );
    expect(Object.isFrozen(defaultPolicy)).toBe(true);
  });

  it('takes the least and the greatest of each option', () => {
    for (const option of options) {
      const most = option === 'maxPeersPerRun' ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE;
      for (const value of [leastOf[option], most]) {
        expect(resolvePolicy({ [option]: value })[option]).toBe(value);
      }
    }
  });

  const bad = options.flatMap((option) => badValues.map(([value, shown]) => ({ option, value, shown })));
  it.each(bad)('refuses $option: $shown', ({ option, value, shown }) => {
    const resolve = (): SyncPolicy => resolvePolicy({ [option]: value });
    expect(resolve).toThrow(RangeError);
    expect(resolve).toThrow(`Policy option ${option} is `);
    expect(resolve).toThrow(`${shown}; allowed is ${allowed(option)}`);
  });

  it.each([
    { option: 'stuckAfterSeconds', value: 0 },
    { option: 'stuckAfterSeconds', value: 0.999 },
    { option: 'maxPeersPerRun', value: 0 },
    { option: 'maxPeersPerRun', value: 1.5 },
    { option: 'maxPeersPerRun', value: 2 ** 53 },
  ] as const)('refuses $option: $value', ({ option, value }) => {
    expect(() => resolvePolicy({ [option]: value })).toThrow(
      new RangeError(`Policy option ${option} is ${value}; allowed is ${allowed(option)}`),
    );
  });

  it('refuses an option that does not exist and names those that do', () => {
    const planted: Record<string, number> = JSON.parse('{"__proto__":1}');
    for (const unknown of [{ intervalSecond: 5 }, { interval_seconds: 5 }, { constructor: 5 }, planted]) {
      const [option] = Object.keys(unknown);
      expect(() => resolvePolicy(unknown)).toThrow(
        new RangeError(`Unknown policy option ${option}; known are ${options.join(', ')}`),
      );
    }
    expect(() => resolvePolicy({ intervalSecond: undefined } as object)).toThrow(RangeError);
  });

  it.each([
    [null, 'null'],
    [5, '5'],
    ['interval', '"interval"'],
    [() => ({}), 'a function'],
  ])('refuses %s, which is no object', (value, shown) => {
    expect(() => resolvePolicy(value as object)).toThrow(
      new RangeError(`policy is ${shown}; allowed is an object`),
    );
  });

  it('gives back a policy that it made, and knows it', () => {
    const policy = resolvePolicy({ intervalSeconds: 5 });
    expect(resolvePolicy(policy)).toBe(policy);
    expect(resolvePolicy()).toBe(defaultPolicy);
    expect([policy, defaultPolicy].map(isResolvedPolicy)).toEqual([true, true]);
    expect([{ ...policy }, undefined, null, 5, 'policy'].map(isResolvedPolicy)).toEqual(Array(5).fill(false));
  });

  it('gives a policy or a RangeError that names the option, for any value at all', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...options),
        fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true, withMap: true }),
        (option, value) => {
          let policy: SyncPolicy;
          try {
            policy = resolvePolicy({ [option]: value });
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
            expect(String(error)).toContain(`Policy option ${option} is `);
            return;
          }
          expect(policy[option]).toBe(value === undefined ? defaultPolicy[option] : value);
          expect(policy[option]).toBeGreaterThanOrEqual(leastOf[option]);
          expect(policy[option]).toBeLessThan(Number.POSITIVE_INFINITY);
        },
      ),
    );
  });
});
