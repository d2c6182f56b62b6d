import { expect, test } from 'vitest';
import { applyChanges, diff } from '../../../src/inspect/recording/json-patch.ts';
import { fc } from '../../support/property.ts';

const key = fc.oneof(
  fc.constantFrom('a', 'b/c', '~', '~1', '', '__proto__', '0'),
  fc.string({ maxLength: 3 }),
);
const { value: json } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, 0, 1, '', 'x'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
}));

test('the changes between two values make the one into the other, and leave the first as it is', () => {
  fc.assert(
    fc.property(json, json, (before, after) => {
      const copy = structuredClone(before);
      expect(applyChanges(before, diff(before, after))).toEqual(after);
      expect(before).toEqual(copy);
    }),
  );
});

test('what two values share is not looked into, and is shared afterwards too', () => {
  const shared = {
    get broken(): never {
      throw new Error('it was looked into');
    },
  };
  const after = applyChanges({ shared, n: 1 }, diff({ shared, n: 1 }, { shared, n: 2 }));
  expect(after.n).toBe(2);
});

test('changes are in the words of JSON Patch', () => {
  const before = { a: { 'b/c': 1 }, list: [1, 2, 3], gone: true };
  expect(diff(before, { a: { 'b/c': 2 }, list: [1], come: null })).toEqual([
    { op: 'replace', path: '/a/b~1c', value: 2 },
    { op: 'remove', path: '/list/2' },
    { op: 'remove', path: '/list/1' },
    { op: 'add', path: '/come', value: null },
    { op: 'remove', path: '/gone' },
  ]);
});

test.each([
  { op: 'replace', path: '/nothing', value: 1 },
  { op: 'remove', path: '/list/7' },
  { op: 'add', path: '/list/9', value: 1 },
  { op: 'add', path: '/n/deeper', value: 1 },
  { op: 'replace', path: '/toString/name', value: 1 },
] as const)('a change that leads nowhere is refused: %j', (change) => {
  expect(() => applyChanges({ list: [1], n: 1 }, [change])).toThrow(/^There is nothing to/);
});
