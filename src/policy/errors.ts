import { clampRetryAfter } from './retry-after.ts';

/** Tells the errors apart without their classes. */
export type PeerSyncErrorCode = 'rate_limited' | 'http_error' | 'protocol_error' | 'local';

/** Why an attempt was aborted. */
export type AbortCode = 'stopped' | 'stuck' | 'attempt_timeout';

/**
 * Marks our errors, so that those of another copy of the package count too: `instanceof` does not see them, and a `code`
 * any stranger's error may have.
 */
const brand = Symbol.for('infonet-sync-worker.error');

/** What a peer said beside its status. */
export interface PeerSyncErrorOptions {
  /** Seconds the server asked to be left alone. Rounded up, held between 0 and 3600. @default 0 */
  readonly retryAfterSeconds?: number;
  /** The raw `Retry-After` header, for whoever asks why the worker waits. */
  readonly retryAfterHeader?: string | undefined;
  /** What the server said, in a few words. */
  readonly detail?: string;
  /** The new head, if a part of the chain was verified and kept before the peer failed. */
  readonly head?: string | undefined;
  readonly cause?: unknown;
}

/** A failed attempt, and what is known of it. A server's wait reaches the policy through `retryAfterSeconds`. */
export abstract class PeerSyncError extends Error {
  abstract readonly code: PeerSyncErrorCode;
  /** The HTTP status; 0 if it did not come to one. */
  readonly status: number;
  /** Whole seconds, 0 to 3600. */
  readonly retryAfterSeconds: number;
  readonly retryAfterHeader: string | undefined;
  readonly head: string | undefined;

  constructor(message: string, status: number, options: PeerSyncErrorOptions) {
    super(
      options.detail ? `${message}: ${options.detail}` : message,
      'cause' in options ? options : undefined,
    );
    // It is there, and says no more.
    Object.defineProperty(this, brand, {});
    this.status = status;
    this.retryAfterSeconds = clampRetryAfter(options.retryAfterSeconds ?? 0);
    this.retryAfterHeader = options.retryAfterHeader;
    this.head = options.head;
  }
}

/** The peer's rate limit is full: HTTP 429. */
export class PeerSyncRateLimited extends PeerSyncError {
  override readonly name = 'PeerSyncRateLimited';
  override readonly code = 'rate_limited';

  constructor(options: PeerSyncErrorOptions = {}) {
    super('HTTP 429, rate limited', 429, options);
  }
}

/** The peer answered with any other status than 200. */
export class PeerSyncHttpError extends PeerSyncError {
  override readonly name = 'PeerSyncHttpError';
  override readonly code = 'http_error';

  constructor(options: PeerSyncErrorOptions & { readonly status: number }) {
    super(`HTTP ${options.status}`, options.status, options);
  }
}

/** The peer's answer was no page of our chain, or no whole answer came. The message says what was wrong. */
export class PeerSyncProtocolError extends PeerSyncError {
  override readonly name = 'PeerSyncProtocolError';
  override readonly code = 'protocol_error';

  constructor(message: string, options: Omit<PeerSyncErrorOptions, 'detail'> & { readonly status?: number }) {
    super(message, options.status ?? 0, options);
  }
}

/**
 * The fault is ours and no peer's: the proxy is not there, our disk is full, our storage does not answer. The peer gets
 * no mark, and the run ends at once, to be tried again within 30 s.
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
