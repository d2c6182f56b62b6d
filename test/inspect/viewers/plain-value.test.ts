import { expect, test } from 'vitest';
import { plainRecord, plainValue } from '../../../src/inspect/viewers/plain-value.ts';
import { safeValue } from '../../../src/policy/safe-text.ts';
import { fc } from '../../support/property.ts';

test('what is JSON already stays as it is, but for what is not safe to show', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      expect(JSON.stringify(plainValue(value))).toBe(JSON.stringify(safeValue(value)));
    }),
  );
});

test('anything at all becomes JSON, without a throw', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
  });
  fc.assert(
    fc.property(anything, (value) => {
      expect(JSON.parse(JSON.stringify(plainValue(value)))).toEqual(plainValue(value));
    }),
  );
});

test('what cannot be read is said in its place, and the rest is there', () => {
  const hostile = {
    get broken(): never {
      throw new Error('no');
    },
    made: {
      toJSON: () => {
        throw new Error('no');
      },
    },
    error: new TypeError('refused by http://anna:s3cret@peer.example', { cause: 'x' }),
    large: 2n ** 64n,
    none: undefined,
    run: () => 0,
    endless: Number.POSITIVE_INFINITY,
    'http://anna:s3cret@key': 1,
    kept: 1,
  };
  expect(plainValue(hostile)).toEqual({
    broken: 'unreadable',
    made: 'unreadable',
    error: { name: 'TypeError', message: 'refused by http://***@peer.example' },
    large: '18446744073709551616',
    endless: 'Infinity',
    'http://***@key': 1,
    kept: 1,
  });
  expect(plainRecord(7)).toEqual({});
});

test('its size is bounded: in depth, in values, in characters', () => {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  expect(plainValue(cycle)).toEqual({ self: '…' });
  let deep: unknown = 'the end';
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
  expect(JSON.stringify(plainValue(deep)).length).toBeLessThan(100);
  const wide = Array.from({ length: 1_000_000 }, () => ({ a: 1 }));
  expect(JSON.stringify(plainValue(wide)).length).toBeLessThan(1_000_000);
  expect(JSON.stringify(plainValue('a b'.repeat(1_000_000))).length).toBeLessThan(70_000);
});

test('a text that is cut is not cut within a password', () => {
  const text = `${'a '.repeat(32_765)}http://anna:s3cret@peer.example`;
  expect(plainValue(text)).not.toMatch(/anna|s3c/);
});
