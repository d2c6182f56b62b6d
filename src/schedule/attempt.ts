import type { AnyActorRef } from 'xstate';
import { PeerSyncError } from '../policy/errors.ts';
import type { PeerRecord } from '../policy/peer-record.ts';
import { describe, isRecord } from '../policy/wire-fields.ts';

/** What a sync function is given beside the peer. */
export interface SyncOptions {
  /** Aborted when the run is stuck or the worker stops; what comes after that is ignored. */
  readonly signal: AbortSignal;
  /** The chain head last known; '' if none is. */
  readonly head: string;
  /** The worker's wall clock, in Unix seconds with a fraction. */
  readonly now: () => number;
  /** The worker's actor: tells workers that share one machine apart. */
  readonly worker: AnyActorRef;
}

/** What a sync function answers: the new head and whether the peer has more, or that its chain does not extend ours. */
export type SyncAnswer =
  | { readonly head: string; readonly forked?: false | undefined; readonly more?: boolean | undefined }
  | { readonly forked: true; readonly head?: undefined; readonly error?: string | undefined };

/**
 * One attempt at one peer. This is the whole port: returns or resolves to the answer, or throws. A
 * `PeerSyncRateLimited` or `PeerSyncHttpError` carries the server's wait; anything else is a plain failure.
 */
export interface SyncFunction {
  (peer: PeerRecord, options: SyncOptions): SyncAnswer | PromiseLike<SyncAnswer>;
  /** Why a peer is never to be asked, say because of its transport, or undefined if it may be. */
  exclude?(peer: PeerRecord): string | undefined;
}

/** How one attempt ended. */
export type AttemptResult =
  | { readonly outcome: 'ok'; readonly head: string }
  | { readonly outcome: 'fork'; readonly error: string }
  | FailedAttempt;

/** An attempt that failed, and what the peer asked for. */
export interface FailedAttempt {
  readonly outcome: 'error';
  readonly error: string;
  /** The HTTP status, if a server answered. */
  readonly status?: number | undefined;
  /** Whole seconds the peer asked for, 0 to 3600. */
  readonly retryAfterSeconds: number;
  readonly retryAfterHeader?: string | undefined;
  /** The new head, if a part of the chain was verified and kept before it failed. */
  readonly head?: string | undefined;
}

/** Runs a sync function to a result. Never rejects: whatever it throws or answers is a result. @internal */
export async function runAttempt(
  sync: SyncFunction,
  peer: PeerRecord | undefined,
  options: SyncOptions,
): Promise<AttemptResult> {
  try {
    if (peer === undefined) throw new Error('there was no peer to ask');
    return readAnswer(await sync(peer, options));
  } catch (error) {
    return describeFailure(error);
  }
}

function readAnswer(answer: unknown): AttemptResult {
  if (isRecord(answer) && answer['forked'] === true) {
    const error = answer['error'];
    return {
      outcome: 'fork',
      error: typeof error === 'string' ? error : 'the chain of the peer does not extend ours',
    };
  }
  if (isRecord(answer) && typeof answer['head'] === 'string') return { outcome: 'ok', head: answer['head'] };
  throw new TypeError(`sync answered ${describe(answer)}; allowed is { head: string } or { forked: true }`);
}

/** Reads what was thrown; it may be anything, a throwing getter included. @internal */
export function describeFailure(error: unknown): FailedAttempt {
  if (error instanceof PeerSyncError) {
    const { message, status, retryAfterSeconds, retryAfterHeader, head } = error;
    return { outcome: 'error', error: message, status, retryAfterSeconds, retryAfterHeader, head };
  }
  return { outcome: 'error', error: messageOf(error), retryAfterSeconds: 0 };
}

function messageOf(error: unknown): string {
  try {
    const text = error instanceof Error ? error.message || error.name : String(error);
    return text.trim() || 'failed without a message';
  } catch {
    return 'failed with a value that cannot be shown';
  }
}
