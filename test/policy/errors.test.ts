import { describe, expect, it } from 'vitest';
import { PeerSyncError, PeerSyncHttpError, PeerSyncRateLimited } from '../../src/policy/errors.ts';
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

  it('says the status alone where there is no detail', () => {
    expect(new PeerSyncHttpError({ status: 500 }).message).toBe('HTTP 500');
    expect(new PeerSyncHttpError({ status: 500, detail: '' }).message).toBe('HTTP 500');
    expect('cause' in new PeerSyncHttpError({ status: 500 })).toBe(false);
  });
});

describe('both', () => {
  it('keep any cause as it is, even undefined', () => {
    fc.assert(
      fc.property(fc.anything(), (cause) => {
        for (const error of [
          new PeerSyncRateLimited({ cause }),
          new PeerSyncHttpError({ status: 500, cause }),
        ]) {
          expect(Object.hasOwn(error, 'cause')).toBe(true);
          expect(error.cause).toBe(cause);
        }
      }),
    );
  });

  it('hold any wait between 0 and an hour, whole and rounded up', () => {
    fc.assert(
      fc.property(anyNumber, (retryAfterSeconds) => {
        const wish = Number.isNaN(retryAfterSeconds) ? 0 : Math.min(3600, Math.max(0, retryAfterSeconds));
        for (const error of [
          new PeerSyncRateLimited({ retryAfterSeconds }),
          new PeerSyncHttpError({ status: 503, retryAfterSeconds }),
        ]) {
          expect(error.retryAfterSeconds).toSatisfy(isStorable);
          expect(error.retryAfterSeconds).toBe(Math.ceil(wish));
        }
      }),
    );
  });
});
