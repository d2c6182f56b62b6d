import type { AnyActorRef } from 'xstate';
import type { PeerRecord } from '../policy/peer-record.ts';

/** What a sync function gets besides the peer. */
export interface SyncOptions {
  /**
   * Aborted when the run is stuck, the attempt takes too long or the worker stops, with a `SyncAbortedError` as its reason.
   * Any result after that is ignored.
   */
  readonly signal: AbortSignal;
  /** The last known chain head, including one from an earlier attempt of this run; '' if there is none. */
  readonly head: string;
  /** The worker's wall clock, in Unix seconds with a fraction. */
  readonly now: () => number;
  /** The worker's actor; distinguishes workers that share one machine. */
  readonly worker: AnyActorRef;
}

/** The answer of a sync function: the new head, a fork (the peer's chain does not extend ours), or a closed gate. */
export type SyncAnswer<Details = unknown> =
  | {
      readonly head: string;
      /** The peer has more than this attempt took: the next run follows after `catchUpIntervalSeconds`. @default false */
      readonly more?: boolean | undefined;
      /** Anything else; passed on in `attempt.finished`. */
      readonly details?: Details | undefined;
      readonly forked?: false | undefined;
    }
  | { readonly forked: true; readonly head?: undefined; readonly error?: string | undefined }
  | SyncHeld;

/** The peer was not asked, because a gate holds it until `held`. Not a failure; the next peer is tried. */
export interface SyncHeld {
  /** Unix seconds; may carry a fraction. */
  readonly held: number;
}

/**
 * One attempt at one peer: returns or resolves to the answer, or throws. A `PeerSyncRateLimited` or `PeerSyncHttpError`
 * carries the server's wait; a `PeerSyncLocalError` says that the fault is on our side; any other error is a plain failure.
 */
export interface SyncFunction<Details = unknown> {
  (peer: PeerRecord, options: SyncOptions): SyncAnswer<Details> | PromiseLike<SyncAnswer<Details>>;
  /** The reason never to ask a peer, for example its transport; undefined if it may be asked. */
  exclude?(peer: PeerRecord): string | undefined;
}

/** How one attempt ended. `at` is when, in Unix seconds with a fraction. */
export type AttemptResult<Details = unknown> =
  | {
      readonly outcome: 'ok';
      readonly at: number;
      readonly head: string;
      /** The peer has more than this attempt took. */
      readonly more: boolean;
      /** The `details` of the answer. */
      readonly details: Details | undefined;
    }
  | { readonly outcome: 'fork'; readonly at: number; readonly error: string }
  | HeldAttempt
  | FailedAttempt;

/** An attempt that a gate held back: the peer was not asked. */
export interface HeldAttempt {
  readonly outcome: 'held';
  readonly at: number;
  /** Unix seconds. */
  readonly until: number;
  /** A text saying that a gate held the attempt. */
  readonly error: string;
}

/** An attempt that failed, with the wait that the peer asked for. */
export interface FailedAttempt {
  readonly outcome: 'error';
  readonly at: number;
  /** The error message including its causes: one line, at most 2,000 characters, safe to show. */
  readonly error: string;
  /** The thrown value. */
  readonly cause: unknown;
  /** The fault is on our side: the peer gets no mark. */
  readonly local: boolean;
  /** The HTTP status; 0 if no server answered. */
  readonly status: number;
  /** Whole seconds the peer asked for, 0 to 3600. */
  readonly retryAfterSeconds: number;
  /** The raw Retry-After header; '' if unknown. */
  readonly retryAfterHeader: string;
  /** The new head, if a part of the chain was verified and kept before it failed; '' if not. */
  readonly head: string;
}
