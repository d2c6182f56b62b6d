import { expect, test } from 'vitest';
import { fromNow, timeText } from '../../../src/command-line/text/time-text.ts';

test('a time is written in UTC, never is said in words, and what no calendar has as a number', () => {
  expect([1_700_000_000, 0, 1e15].map(timeText)).toEqual(['2023-11-14 22:13:20', 'never', `second ${1e15}`]);
});

test('a distance from now has its two largest units, and is never told as shorter than it is', () => {
  const ahead = [0, 0.1, 119, 120, 7199, 7200, 172_799, 172_800, 1_000_000];
  expect(ahead.map((seconds) => fromNow(1000 + seconds, 1000))).toEqual([
    'now',
    'in 1 s',
    'in 119 s',
    'in 2 min 0 s',
    'in 119 min 59 s',
    'in 2 h 0 min',
    'in 47 h 59 min',
    'in 2 d 0 h',
    'in 11 d 13 h',
  ]);
  expect([999.5, 995, 1000 - 7200].map((time) => fromNow(time, 1000))).toEqual([
    'now',
    '5 s ago',
    '2 h 0 min ago',
  ]);
});
