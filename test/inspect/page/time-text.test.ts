import { expect, test } from 'vitest';
import { clockText, countdownText, spanText, utcText } from '../../../src/inspect/page/script/time-text.ts';
import { fc } from '../../support/property.ts';
import { at } from './any-view.ts';

test('a countdown says the whole seconds that are left, rounded up', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e7, noNaN: true }), (seconds) => {
      const said = countdownText(seconds)
        .split(':')
        .reduce((sum, part) => sum * 60 + Number(part), 0);
      expect(said).toBe(Math.ceil(seconds));
    }),
  );
});

test('spans and times are written as they are read', () => {
  expect([0, 0.4, 7, 60, 245, 3845, 36_000].map(countdownText)).toEqual([
    '0:00',
    '0:01',
    '0:07',
    '1:00',
    '4:05',
    '1:04:05',
    '10:00:00',
  ]);
  expect([0, 0.0123, 0.0949, 0.096, 9.949, 9.951, 42, 245, 3845, 93_600, -3].map(spanText)).toEqual([
    '0 ms',
    '12 ms',
    '95 ms',
    '0.1 s',
    '9.9 s',
    '10 s',
    '42 s',
    '4 min 5 s',
    '64 min 5 s',
    '26 h',
    '0 ms',
  ]);
  expect([at, at + 0.9, 0, 1e18].map(utcText)).toEqual([
    '2026-01-02 03:04:05 UTC',
    '2026-01-02 03:04:05 UTC',
    'never',
    'second 1000000000000000000 UTC',
  ]);
  expect([at, 1e18].map(clockText)).toEqual(['03:04:05', 'second 1000000000000000000']);
});
