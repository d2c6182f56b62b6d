import type { AnyActorRef } from 'xstate';
import { type AbortCode, SyncAbortedError } from '../policy/errors.ts';
import type { PeerRecord } from '../policy/peer-record.ts';
import type { AttemptResult, SyncFunction } from './attempt.ts';
import { describeFailure, readAnswer } from './read-attempt.ts';

/** The input of an attempt, for those who provide an actor of their own in place of a `sync` function. */
export interface AttemptInput {
  readonly peer: PeerRecord | undefined;
  /** The chain head last known; '' if none is. */
  readonly head: string;
  /** When the run began, in Unix seconds with a fraction. */
  readonly runStartedAt: number;
  readonly worker: AnyActorRef;
}

/** Runs a sync function to a result. Never rejects: whatever it throws or answers is a result. @internal */
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

/** XState aborts without a reason; the step that left the attempt is over by then, and shows what it was. */
function abortCode(worker: AnyActorRef, runStartedAt: number, peerUrl: string | undefined): AbortCode {
  const { context, value } = worker.getSnapshot();
  // An attempt by itself, as `check` makes one, has no worker.
  if (context === undefined) return 'stopped';
  const { run } = context;
  // The same run is at another peer by now, or it has failed; nothing has changed where the actor itself was stopped.
  if (run?.startedAt === runStartedAt) return run.peer.peerUrl === peerUrl ? 'stopped' : 'attempt_timeout';
  if (value === 'error') return 'attempt_timeout';
  return context.worker.lastOutcome === 'running' ? 'stuck' : 'stopped';
}
