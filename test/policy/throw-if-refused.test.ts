import { expect, it } from 'vitest';
import { PeerSyncHttpError, PeerSyncRateLimited } from '../../src/policy/errors.ts';
import { throwIfRefused } from '../../src/policy/throw-if-refused.ts';

const now = 1_800_000_000;

function refusal(status: number, header?: string): unknown {
  const headers = new Headers(header === undefined ? {} : { 'retry-after': header });
  try {
    throwIfRefused(new Response(null, { status, headers }), { now });
    return undefined;
  } catch (error) {
    return error;
  }
}

it('lets an answer pass', () => {
  expect([200, 204].map((status) => refusal(status, '60'))).toEqual([undefined, undefined]);
});

it('carries what the server asked for, for 429 and for any other status', () => {
  expect(refusal(429, '120.0')).toBeInstanceOf(PeerSyncRateLimited);
  expect(refusal(429, '120.0')).toMatchObject({ retryAfterSeconds: 120, retryAfterHeader: '120.0' });
  expect(refusal(503, '30, 90')).toBeInstanceOf(PeerSyncHttpError);
  expect(refusal(503, '30, 90')).toMatchObject({ status: 503, retryAfterSeconds: 90 });
  expect(refusal(404)).toMatchObject({ status: 404, retryAfterSeconds: 0, retryAfterHeader: undefined });
});

it('counts a date from the time of the worker', () => {
  const header = new Date((now + 90) * 1000).toUTCString();
  expect(refusal(503, header)).toMatchObject({ retryAfterSeconds: 90, retryAfterHeader: header });
});
