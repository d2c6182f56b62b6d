import { expect, test } from 'vitest';
import { durationText, fromNow, utcText } from '../../src/explain/time-text.ts';

test('a time is written in UTC, never is said in words, and what no calendar has as a number', () => {
  expect([1_700_000_000, 0, 1e15].map(utcText)).toEqual(['2023-11-14 22:13:20', 'never', `second ${1e15}`]);
});

test('a distance from now has its two largest units, and is never said to be shorter than it is', () => {
  const ahead = [0, 0.1, 119, 120, 7199, 7200, 172_799, 172_800, 1_000_000];
  expect(ahead.map((seconds) => fromNow(1000 + seconds, 1000))).toEqual([
    'now',
    'in 1 s',
    'in 119 s',
    'in 2 min',
    'in 119 min 59 s',
    'in 2 h',
    'in 47 h 59 min',
    'in 2 d',
    'in 11 d 13 h',
  ]);
  expect([999.5, 995, 1000 - 7200].map((time) => fromNow(time, 1000))).toEqual(['now', '5 s ago', '2 h ago']);
});

test('a wait is rounded up, and one that is over is 0 s', () => {
  expect([-1, 0, 0.04, 59.2, 298, 300, 9000].map(durationText)).toEqual([
    '0 s',
    '0 s',
    '1 s',
    '60 s',
    '4 min 58 s',
    '5 min',
    '2 h 30 min',
  ]);
});
