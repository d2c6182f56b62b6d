import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pythonSpelling, spellNumber } from '../../../src/infonet/json/number-spelling.ts';
import { fc } from '../../support/property.ts';

test('numbers are spelled as CPython writes what it read', () => {
  const file = new URL('../../fixtures/python-number-spelling.json', import.meta.url);
  const pairs: [string, string][] = JSON.parse(readFileSync(file, 'utf8'));
  expect(pairs.length).toBeGreaterThan(80);
  for (const [given, written] of pairs) expect([given, pythonSpelling(given)]).toEqual([given, written]);
});

test('any spelling is the same number, and stays as it is when it is spelled again', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      for (const text of [pythonSpelling(String(value)), spellNumber(value)]) {
        expect(Number(text)).toBe(value === 0 ? Number(text) : value);
        expect(pythonSpelling(text)).toBe(text);
      }
    }),
  );
});
