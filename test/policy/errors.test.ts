import { describe, expect, it } from 'vitest';
import {
  isPeerSyncError,
  PeerSyncError,
  type PeerSyncErrorOptions,
  PeerSyncHttpError,
  PeerSyncLocalError,
  PeerSyncProtocolError,
  PeerSyncRateLimited,
  SyncAbortedError,
} from '../../src/policy/errors.ts';
import { fc } from '../support/property.ts';
import { anyNumber, isStorable } from './any-number.ts';

describe('PeerSyncRateLimited', () => {
  it('is an error of its own name and code, with the status 429', () => {
    const error = new PeerSyncRateLimited({
      retryAfterSeconds: 90,
      retryAfterHeader: '90',
      detail: 'slow down',
    });
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(PeerSyncError);
    expect(error).not.toBeInstanceOf(PeerSyncHttpError);
    expect(error.stack).toContain('errors.test.ts');
    const { name, code, status, message, retryAfterSeconds, retryAfterHeader } = error;
    expect({ name, code, status, message, retryAfterSeconds, retryAfterHeader }).toEqual({
      name: 'PeerSyncRateLimited',
      code: 'rate_limited',
      status: 429,
      message: 'HTTP 429, rate limited: slow down',
      retryAfterSeconds: 90,
      retryAfterHeader: '90',
    });
  });

  it('needs no options: the server asked for nothing', () => {
    const error = new PeerSyncRateLimited();
    expect(error.retryAfterSeconds).toBe(0);
    expect(error.retryAfterHeader).toBeUndefined();
    expect(error.message).toBe('HTTP 429, rate limited');
    expect('cause' in error).toBe(false);
  });
});

describe('PeerSyncHttpError', () => {
  it('is an error of its own name and code, with the status it was given', () => {
    const error = new PeerSyncHttpError({ status: 503, retryAfterSeconds: 5, detail: 'back soon' });
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(PeerSyncError);
    expect(error).not.toBeInstanceOf(PeerSyncRateLimited);
    const { name, code, status, message, retryAfterSeconds, retryAfterHeader } = error;
    expect({ name, code, status, message, retryAfterSeconds, retryAfterHeader }).toEqual({
      name: 'PeerSyncHttpError',
      code: 'http_error',
      status: 503,
      message: 'HTTP 503: back soon',
      retryAfterSeconds: 5,
      retryAfterHeader: undefined,
    });
  });

  it('says only the status if there is no detail', () => {
    expect(new PeerSyncHttpError({ status: 500 }).message).toBe('HTTP 500');
    expect(new PeerSyncHttpError({ status: 500, detail: '' }).message).toBe('HTTP 500');
    expect('cause' in new PeerSyncHttpError({ status: 500 })).toBe(false);
  });
});

describe('PeerSyncProtocolError', () => {
  it('is an error of its own name and code, with the message it was given', () => {
    const error = new PeerSyncProtocolError('the page has no blocks', { status: 200, head: 'h1' });
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(PeerSyncError);
    const { name, code, status, message, retryAfterSeconds, head } = error;
    expect({ name, code, status, message, retryAfterSeconds, head }).toEqual({
      name: 'PeerSyncProtocolError',
      code: 'protocol_error',
      status: 200,
      message: 'the page has no blocks',
      retryAfterSeconds: 0,
      head: 'h1',
    });
  });

  it('has the status 0 if there was none', () => {
    expect(new PeerSyncProtocolError('no answer', {}).status).toBe(0);
  });
});

describe('PeerSyncLocalError', () => {
  it('is an error of its own name and code, with the message it was given and no status', () => {
    const error = new PeerSyncLocalError('the disk is full', { head: 'h1' });
    expect(error).toBeInstanceOf(PeerSyncError);
    const { name, code, status, message, retryAfterSeconds, head } = error;
    expect({ name, code, status, message, retryAfterSeconds, head }).toEqual({
      name: 'PeerSyncLocalError',
      code: 'local',
      status: 0,
      message: 'the disk is full',
      retryAfterSeconds: 0,
      head: 'h1',
    });
    expect('cause' in new PeerSyncLocalError('the disk is full')).toBe(false);
  });
});

describe('SyncAbortedError', () => {
  it.each([
    { code: 'stopped', message: 'The worker was stopped' },
    { code: 'stuck', message: 'The run took too long' },
    { code: 'attempt_timeout', message: 'The attempt took too long' },
  ] as const)('says why: $message', ({ code, message }) => {
    const error = new SyncAbortedError(code);
    expect([error.name, error.code, error.message]).toEqual(['SyncAbortedError', code, message]);
    expect(isPeerSyncError(error)).toBe(false);
  });
});

describe('isPeerSyncError', () => {
  it('knows an error of another copy of the package, of which instanceof knows nothing', () => {
    const other = Object.assign(new Error('HTTP 503'), { [Symbol.for('infonet-sync-worker.error')]: true });
    expect(isPeerSyncError(other)).toBe(true);
  });

  it.each([
    undefined,
    null,
    'local',
    7,
    { code: 'local' },
    new Error('local'),
    Object.assign(() => undefined, { [Symbol.for('infonet-sync-worker.error')]: true }),
  ])('is false for %s', (value) => {
    expect(isPeerSyncError(value)).toBe(false);
  });
});

describe('all of them', () => {
  it('refuse a message in place of their options', () => {
    expect(() => Reflect.construct(PeerSyncRateLimited, ['slow down'])).toThrow(
      new TypeError(
        'A PeerSyncError was given "slow down"; allowed is an object such as { retryAfterSeconds: 30 }',
      ),
    );
    expect(() => Reflect.construct(PeerSyncHttpError, [503])).toThrow('was given 503');
  });

  const made = (options: PeerSyncErrorOptions): PeerSyncError[] => [
    new PeerSyncRateLimited(options),
    new PeerSyncHttpError({ ...options, status: 500 }),
    new PeerSyncProtocolError('no page', options),
  ];

  it('are known as ours, without a field that shows it', () => {
    for (const error of made({})) {
      expect(isPeerSyncError(error)).toBe(true);
      expect(Object.getOwnPropertySymbols({ ...error })).toEqual([]);
    }
  });

  it('keep any cause as it is, even undefined, and a head', () => {
    fc.assert(
      fc.property(fc.anything(), fc.option(fc.string(), { nil: undefined }), (cause, head) => {
        for (const error of made({ cause, head })) {
          expect(Object.hasOwn(error, 'cause')).toBe(true);
          expect(error.cause).toBe(cause);
          expect(error.head).toBe(head);
        }
      }),
    );
  });

  it('hold any wait between 0 and an hour, whole and rounded up', () => {
    fc.assert(
      fc.property(anyNumber, (retryAfterSeconds) => {
        const wish = Number.isNaN(retryAfterSeconds) ? 0 : Math.min(3600, Math.max(0, retryAfterSeconds));
        for (const error of made({ retryAfterSeconds })) {
          expect(error.retryAfterSeconds).toSatisfy(isStorable);
          expect(error.retryAfterSeconds).toBe(Math.ceil(wish));
        }
      }),
    );
  });
});
