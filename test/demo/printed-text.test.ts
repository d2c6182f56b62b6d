import { describe, expect, it } from 'vitest';
import { durationText } from '../../src/demo/duration-text.ts';
import { failureText } from '../../src/demo/result-text.ts';
import { describeFailure } from '../../src/schedule/read-attempt.ts';

describe('a duration', () => {
  it.each([
    [-1, '0 s'],
    [0.04, '0 s'],
    [3.44, '3.4 s'],
    [9.96, '10 s'],
    [10.4, '10 s'],
    [119.6, '2 min'],
    [298, '4 min 58 s'],
    [300, '5 min'],
    [7200, '2 h'],
    [5400 * 2, '3 h'],
    [9000, '2 h 30 min'],
  ])('of %d s is %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});

describe('a failure', () => {
  const rateLimited = { outcome: 'error', error: 'HTTP 429, rate limited', status: 429 } as const;

  it.each([
    ['30', 30, 'Retry-After: 30'],
    ['7200', 3600, 'Retry-After: 7200 (60 min)'],
    ['Fri, 02 Jan 2026 03:05:36 GMT', 90, 'Retry-After: Fri, 02 Jan 2026 03:05:36 GMT (90 s)'],
    ['soon', 0, 'Retry-After: soon (asks for nothing)'],
  ])('with the header %s tells it, and what it is taken for', (retryAfterHeader, retryAfterSeconds, text) => {
    expect(
      failureText({
        ...describeFailure(new Error('x'), 0),
        ...rateLimited,
        retryAfterHeader,
        retryAfterSeconds,
      }),
    ).toBe(`HTTP 429, rate limited · ${text}`);
  });

  it('without a header is its error alone', () => {
    expect(failureText(describeFailure(new Error('no connection'), 0))).toBe('no connection');
    expect(failureText({ outcome: 'fork', at: 0, error: 'another chain' })).toBe('another chain');
  });

  it('cannot steer the terminal', () => {
    const error = 'HTTP 500: \u001b[2J\u001b]0;title\u0007hi\r\nbye\u202e\u2028';
    expect(failureText({ ...describeFailure(new Error('x'), 0), error })).toBe(
      'HTTP 500: [2J ]0;title hi bye',
    );
  });
});
