import { clampRetryAfter } from './retry-after.ts';
import { describe } from './wire-fields.ts';

/** Tells the errors apart without their classes. */
export type PeerSyncErrorCode = 'rate_limited' | 'http_error' | 'protocol_error' | 'local';

/** Why an attempt was aborted. */
export type AbortCode = 'stopped' | 'stuck' | 'attempt_timeout';

/**
 * Marks our errors, so that errors of another copy of the package are recognised too. `instanceof` would miss them, and any
 * other error may have a `code`.
 */
const brand = Symbol.for('infonet-sync-worker.error');

/** What a peer said besides its status. */
export interface PeerSyncErrorOptions {
  /** Seconds that the server asked us to wait. Rounded up and limited to 0 to 3600. @default 0 */
  readonly retryAfterSeconds?: number;
  /** The raw `Retry-After` header, shown by `why()`. */
  readonly retryAfterHeader?: string | undefined;
  /** What the server said, in a few words. */
  readonly detail?: string;
  /** The new head, if a part of the chain was verified and kept before the peer failed. */
  readonly head?: string | undefined;
  readonly cause?: unknown;
}

/** A failed attempt. The policy reads the server's wait from `retryAfterSeconds`. */
export abstract class PeerSyncError extends Error {
  abstract readonly code: PeerSyncErrorCode;
  /** The HTTP status; 0 if there was none. */
  readonly status: number;
  /** Whole seconds, 0 to 3600. */
  readonly retryAfterSeconds: number;
  readonly retryAfterHeader: string | undefined;
  readonly head: string | undefined;

  /** @throws TypeError if `options` is not an object, for example a message */
  constructor(message: string, status: number, options: PeerSyncErrorOptions) {
    if (typeof options !== 'object') {
      throw new TypeError(
        `A PeerSyncError was given ${describe(options)}; allowed is an object such as { retryAfterSeconds: 30 }`,
      );
    }
    super(
      options.detail ? `${message}: ${options.detail}` : message,
      'cause' in options ? options : undefined,
    );
    // Only its presence counts.
    Object.defineProperty(this, brand, {});
    this.status = status;
    this.retryAfterSeconds = clampRetryAfter(options.retryAfterSeconds ?? 0);
    this.retryAfterHeader = options.retryAfterHeader;
    this.head = options.head;
  }
}

/** The peer's rate limit is reached: HTTP 429. */
export class PeerSyncRateLimited extends PeerSyncError {
  override readonly name = 'PeerSyncRateLimited';
  override readonly code = 'rate_limited';

  constructor(options: PeerSyncErrorOptions = {}) {
    super('HTTP 429, rate limited', 429, options);
  }
}

/** The peer answered with a status other than 200; {@link PeerSyncRateLimited} is for 429. */
export class PeerSyncHttpError extends PeerSyncError {
  override readonly name = 'PeerSyncHttpError';
  override readonly code = 'http_error';

  constructor(options: PeerSyncErrorOptions & { readonly status: number }) {
    super(`HTTP ${options.status}`, options.status, options);
  }
}

/** The peer's answer was incomplete or not a page of our chain. The message says what was wrong. */
export class PeerSyncProtocolError extends PeerSyncError {
  override readonly name = 'PeerSyncProtocolError';
  override readonly code = 'protocol_error';

  constructor(message: string, options: Omit<PeerSyncErrorOptions, 'detail'> & { readonly status?: number }) {
    super(message, options.status ?? 0, options);
  }
}

/**
 * The fault is on our side: the proxy is down, our disk is full, our storage does not answer. The peer gets no mark, and the
 * run ends at once and is due again within 30 s.
 */
export class PeerSyncLocalError extends PeerSyncError {
  override readonly name = 'PeerSyncLocalError';
  override readonly code = 'local';

  constructor(message: string, options: Pick<PeerSyncErrorOptions, 'cause' | 'head'> = {}) {
    super(message, 0, options);
  }
}

/** The reason of an attempt's `signal`: the worker was stopped, the run is stuck, or the attempt took too long. */
export class SyncAbortedError extends Error {
  override readonly name = 'SyncAbortedError';
  readonly code: AbortCode;

  constructor(code: AbortCode) {
    super(
      {
        stopped: 'The worker was stopped',
        stuck: 'The run took too long',
        attempt_timeout: 'The attempt took too long',
      }[code],
    );
    this.code = code;
  }
}

/** Whether a value is one of our errors, of this copy of the package or another. May throw where a getter does. @internal */
export function isPeerSyncError(error: unknown): error is Readonly<Record<string, unknown>> {
  return typeof error === 'object' && error !== null && brand in error;
}
