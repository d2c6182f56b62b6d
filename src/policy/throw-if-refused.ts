import { PeerSyncHttpError, PeerSyncRateLimited } from './errors.ts';
import { readRetryAfter } from './retry-after.ts';

/** The part of a `fetch` response that {@link throwIfRefused} reads. */
export interface RefusableResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
}

/**
 * Turns a refused `fetch` response into an error that carries the server's `Retry-After`, read by `readRetryAfter`. Does nothing
 * if the response is `ok`.
 *
 * @param now the worker's clock, in Unix seconds: `options.now()`
 * @throws PeerSyncRateLimited for HTTP 429, PeerSyncHttpError for any other status that is not ok
 */
export function throwIfRefused(response: RefusableResponse, { now }: { readonly now: number }): void {
  if (response.ok) return;
  const retryAfterHeader = response.headers.get('retry-after') ?? undefined;
  const retryAfterSeconds = readRetryAfter(retryAfterHeader, { now }).seconds;
  const wait = { retryAfterSeconds, retryAfterHeader };
  if (response.status === 429) throw new PeerSyncRateLimited(wait);
  throw new PeerSyncHttpError({ status: response.status, ...wait });
}
