import type { AnyActorRef } from 'xstate';
import type { PeerRecord } from '../policy/peer-record.ts';

/** What a sync function is given beside the peer. */
export interface SyncOptions {
  /**
   * Aborted when the run is stuck, the attempt takes too long or the worker stops, with a `SyncAbortedError` as its reason.
   * What comes after that is ignored.
   */
  readonly signal: AbortSignal;
  /** The chain head last known, that of an earlier attempt of this run included; '' if none is. */
  readonly head: string;
  /** The worker's wall clock, in Unix seconds with a fraction. */
  readonly now: () => number;
  /** The worker's actor: tells workers that share one machine apart. */
  readonly worker: AnyActorRef;
}

/** What a sync function answers: the new head, that the peer's chain does not extend ours, or that a gate is closed. */
export type SyncAnswer<Details = unknown> =
  | {
      readonly head: string;
      /** The peer has more than this attempt took: the next run follows after `catchUpIntervalSeconds`. @default false */
      readonly more?: boolean | undefined;
      /** Anything else worth telling; it arrives on `attempt.finished`. */
      readonly details?: Details | undefined;
      readonly forked?: false | undefined;
    }
  | { readonly forked: true; readonly head?: undefined; readonly error?: string | undefined }
  | SyncHeld;

/** The peer was not asked: a gate holds it until then. No failure; the next peer is tried. */
export interface SyncHeld {
  /** Unix seconds; may carry a fraction. */
  readonly held: number;
}

/**
 * One attempt at one peer. This is the whole port: returns or resolves to the answer, or throws. A
 * `PeerSyncRateLimited` or `PeerSyncHttpError` carries the server's wait, a `PeerSyncLocalError` says that the fault is
 * ours; anything else is a plain failure.
 */
export interface SyncFunction<Details = unknown> {
  (peer: PeerRecord, options: SyncOptions): SyncAnswer<Details> | PromiseLike<SyncAnswer<Details>>;
  /** Why a peer is never to be asked, say because of its transport, or undefined if it may be. */
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
      /** What the answer carried beside its head. */
      readonly details: Details | undefined;
    }
  | { readonly outcome: 'fork'; readonly at: number; readonly error: string }
  | HeldAttempt
  | FailedAttempt;

/** An attempt that a gate did not let begin: nobody was asked. */
export interface HeldAttempt {
  readonly outcome: 'held';
  readonly at: number;
  /** Unix seconds. */
  readonly until: number;
  /** That it was held. */
  readonly error: string;
}

/** An attempt that failed, and what the peer asked for. */
export interface FailedAttempt {
  readonly outcome: 'error';
  readonly at: number;
  /** The message with those of its causes: one line, at most 2,000 characters, safe to show. */
  readonly error: string;
  /** What was thrown. */
  readonly cause: unknown;
  /** The fault is ours: the peer gets no mark. */
  readonly local: boolean;
  /** The HTTP status; 0 if no server answered. */
  readonly status: number;
  /** Whole seconds the peer asked for, 0 to 3600. */
  readonly retryAfterSeconds: number;
  /** The header that said so; '' if that is not known. */
  readonly retryAfterHeader: string;
  /** The new head, if a part of the chain was verified and kept before it failed; '' if not. */
  readonly head: string;
}
