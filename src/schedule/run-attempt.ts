import type { AnyActorRef } from 'xstate';
import { type AbortCode, SyncAbortedError } from '../policy/errors.ts';
import type { PeerRecord } from '../policy/peer-record.ts';
import type { AttemptResult, SyncFunction } from './attempt.ts';
import { describeFailure, readAnswer } from './read-attempt.ts';

/** The input of an attempt, for programs that provide their own actor instead of a `sync` function. */
export interface AttemptInput {
  readonly peer: PeerRecord | undefined;
  /** The last known chain head; '' if there is none. */
  readonly head: string;
  /** When the run began, in Unix seconds with a fraction. */
  readonly runStartedAt: number;
  readonly worker: AnyActorRef;
}

/** Runs a sync function. Never rejects: anything it throws or answers becomes a result. @internal */
export async function runAttempt(
  sync: SyncFunction,
  { peer, head, runStartedAt, worker }: AttemptInput,
  { now, signal }: { readonly now: () => number; readonly signal: AbortSignal },
): Promise<AttemptResult> {
  const attempt = new AbortController();
  const abort = (): void =>
    attempt.abort(new SyncAbortedError(abortCode(worker, runStartedAt, peer?.peerUrl)));
  signal.addEventListener('abort', abort, { once: true });
  try {
    if (peer === undefined) throw new Error('there was no peer to ask');
    return readAnswer(await sync(peer, { signal: attempt.signal, head, now, worker }), now());
  } catch (error) {
    return describeFailure(error, now());
  }
}

/** XState aborts without a reason, but only after the transition that left the attempt, so the new state tells why. */
function abortCode(worker: AnyActorRef, runStartedAt: number, peerUrl: string | undefined): AbortCode {
  const { context, value } = worker.getSnapshot();
  // The `check` command makes an attempt without a worker.
  if (context === undefined) return 'stopped';
  const { run } = context;
  // In the same run, the peer is another one after a timeout, and the same one if the actor was stopped.
  if (run?.startedAt === runStartedAt) return run.peer.peerUrl === peerUrl ? 'stopped' : 'attempt_timeout';
  if (value === 'error') return 'attempt_timeout';
  return context.worker.lastOutcome === 'running' ? 'stuck' : 'stopped';
}
