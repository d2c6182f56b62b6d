import { describe, expect, test } from 'vitest';
import {
  PeerSyncHttpError,
  PeerSyncLocalError,
  PeerSyncProtocolError,
  PeerSyncRateLimited,
} from '../../src/policy/errors.ts';
import { describeFailure, readAnswer } from '../../src/schedule/read-attempt.ts';

const AT = 1000.5;
const failure = {
  outcome: 'error',
  at: AT,
  local: false,
  status: 0,
  retryAfterSeconds: 0,
  retryAfterHeader: '',
  head: '',
};
const ok = { outcome: 'ok', at: AT, head: 'h1', more: false, details: undefined };
const allowed = 'allowed is { head: string }, { forked: true } or { held: seconds }';
const FORKED = "the peer's chain does not extend ours";
const HELD = 'held by a gate: not asked';

describe('an answer of a sync function', () => {
  test.for([
    [{ head: 'h1' }, ok],
    [{ head: '' }, { ...ok, head: '' }],
    [
      { head: 'h1', more: true },
      { ...ok, more: true },
    ],
    [{ head: 'h1', more: 1 }, ok],
    [
      { head: 'h1', details: { pages: 2 } },
      { ...ok, details: { pages: 2 } },
    ],
    [{ head: 'h1', forked: false }, ok],
    [{ forked: true }, { outcome: 'fork', at: AT, error: FORKED }],
    [
      { forked: true, head: 'h1' },
      { outcome: 'fork', at: AT, error: FORKED },
    ],
    [
      { forked: true, error: 'two\nheads' },
      { outcome: 'fork', at: AT, error: 'two heads' },
    ],
    [
      { forked: true, error: 7 },
      { outcome: 'fork', at: AT, error: FORKED },
    ],
    [{ held: 2000.5 }, { outcome: 'held', at: AT, until: 2000.5, error: HELD }],
  ])('%j is %j', ([answer, result]) => expect(readAnswer(answer, AT)).toStrictEqual(result));

  test.for([
    [undefined, 'undefined'],
    [null, 'null'],
    ['h1', '"h1"'],
    [[], '[]'],
    [{}, '{}'],
    [{ head: 7 }, '{"head":7}'],
    [{ forked: 'yes' }, '{"forked":"yes"}'],
    [{ held: '60' }, '{"held":"60"}'],
    [{ held: Number.NaN }, '{"held":null}'],
    [{ held: Number.POSITIVE_INFINITY }, '{"held":null}'],
    [{ outcome: 'held', held: 2000 }, '{"outcome":"held","held":2000}'],
    [{ outcome: 'ok' }, '{"outcome":"ok"}'],
  ])('%j fails the attempt and is shown', ([answer, shown]) => {
    const result = readAnswer(answer, AT);
    expect(result).toMatchObject({ ...failure, error: `sync answered ${shown}; ${allowed}` });
    expect(result).toHaveProperty('cause', expect.any(TypeError));
  });

  test('whose fields throw fails the attempt with what they throw', () => {
    const thrown = new Error('no');
    const answer = {
      get head(): string {
        throw thrown;
      },
    };
    expect(readAnswer(answer, AT)).toStrictEqual({ ...failure, error: 'no', cause: thrown });
  });
});

describe('the result of an attempt, read again', () => {
  test.for([
    { ...ok, at: 900 },
    { outcome: 'fork', at: 900, error: 'two heads' },
    { outcome: 'held', at: 900, until: 2000, error: HELD },
    {
      ...failure,
      at: 900,
      error: 'busy',
      cause: 'busy',
      local: true,
      status: 429,
      retryAfterSeconds: 60,
      retryAfterHeader: '60',
      head: 'h2',
    },
  ])('is the same: %j', (result) => expect(readAnswer(result, AT)).toStrictEqual(result));

  test.for([
    [{ outcome: 'ok', head: 'h1', at: Number.NaN }, ok],
    [{ outcome: 'ok', head: 'h1', at: '900' }, ok],
    [{ outcome: 'fork' }, { outcome: 'fork', at: AT, error: FORKED }],
    [
      { outcome: 'error', error: 'a\nb' },
      { ...failure, error: 'a b', cause: 'a\nb' },
    ],
    [
      { outcome: 'error', error: '' },
      { ...failure, error: 'failed without a message', cause: '' },
    ],
    [
      { outcome: 'error', error: 'a', cause: 'b', local: 1 },
      { ...failure, error: 'a', cause: 'b' },
    ],
    [
      { outcome: 'error', error: 'a', status: 1.5, retryAfterSeconds: '60', retryAfterHeader: 60, head: 7 },
      { ...failure, error: 'a', cause: 'a' },
    ],
    [
      { outcome: 'error', error: 'a', status: '429', retryAfterSeconds: 1e9, retryAfterHeader: 'a\nb' },
      { ...failure, error: 'a', cause: 'a', retryAfterSeconds: 3600, retryAfterHeader: 'a b' },
    ],
  ] as const)('is mended where it was damaged: %j', ([result, read]) => {
    expect(readAnswer(result, AT)).toStrictEqual(read);
  });

  test('shows an error that is no text', () => {
    const error = new Error('refused');
    expect(readAnswer({ outcome: 'error', error }, AT)).toStrictEqual({
      ...failure,
      error: 'refused',
      cause: error,
    });
  });
});

describe('what a sync function threw', () => {
  test.for([
    [new PeerSyncRateLimited({ retryAfterSeconds: 60, retryAfterHeader: '60' }), 429, 60, '60', ''],
    [new PeerSyncHttpError({ status: 503, head: 'h2' }), 503, 0, '', 'h2'],
    [new PeerSyncProtocolError('no JSON', { head: 'h2' }), 0, 0, '', 'h2'],
  ] as const)('%s has its fields', ([error, status, retryAfterSeconds, retryAfterHeader, head]) => {
    expect(describeFailure(error, AT)).toStrictEqual({
      ...failure,
      error: error.message,
      cause: error,
      status,
      retryAfterSeconds,
      retryAfterHeader,
      head,
    });
  });

  test('a PeerSyncLocalError is a fault on our side, and nothing else with its code is', () => {
    expect(describeFailure(new PeerSyncLocalError('disk full'), AT)).toMatchObject({ local: true });
    const other = Object.assign(new Error('local'), { code: 'local', status: 429, retryAfterSeconds: 60 });
    expect(describeFailure(other, AT)).toStrictEqual({ ...failure, error: 'local', cause: other });
  });

  test.for([
    ['no route', 'no route'],
    [undefined, 'failed without a message'],
    [new TypeError(), 'TypeError'],
  ] as const)('%s is shown as %s', ([error, shown]) => {
    expect(describeFailure(error, AT)).toStrictEqual({ ...failure, error: shown, cause: error });
  });

  test('a value that refuses every look is shown as such', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
        has: () => {
          throw new Error('no');
        },
        getPrototypeOf: () => {
          throw new Error('no');
        },
      },
    );
    const { cause, ...described } = describeFailure(hostile, AT);
    expect(cause).toBe(hostile);
    expect(described).toStrictEqual({ ...failure, error: 'failed with a value that cannot be shown' });
  });
});
