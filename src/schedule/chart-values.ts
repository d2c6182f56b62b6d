/** What the guards, delays and actions of the chart read from its context and events. Nothing here throws. @internal */
import type { AnyEventObject } from 'xstate';
import { SyncAbortedError } from '../policy/errors.ts';
import type { AttemptResult } from './attempt.ts';
import type { Decision } from './decide.ts';
import { describeFailure, readAnswer } from './read-attempt.ts';
import { refusalOf } from './update-steps.ts';
import type { WorkerContext } from './worker-context.ts';
import type { ChartEvent, SyncWorkerEmitted } from './worker-events.ts';

/** The longest delay that Node's timers and XState accept; a longer one fires at once. Also stands for 'off'. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Milliseconds from a decision to the end of its wait, or to the maximum delay, after which the chart decides again. */
export function delayOf({ at, until }: Decision): number {
  return boundedDelay(Math.ceil((until - at) * 1000));
}

/** Milliseconds to the limit of the run; off while no attempt is under way. */
export function stuckTimeout({ run }: WorkerContext): number {
  return run === null ? MAX_DELAY_MS : boundedDelay(run.stuckAfterSeconds * 1000);
}

/** Milliseconds to the limit of the attempt; off if the run's own limit comes first. */
export function attemptTimeout({ run, policy }: WorkerContext): number {
  const { attemptTimeoutSeconds } = policy;
  if (run === null || attemptTimeoutSeconds === 0) return MAX_DELAY_MS;
  const isLater = run.attemptStartedAt + attemptTimeoutSeconds >= run.startedAt + run.stuckAfterSeconds;
  return isLater ? MAX_DELAY_MS : boundedDelay(attemptTimeoutSeconds * 1000);
}

/** The result of the attempt that an event reports. */
export function resultOf({ decision, policy, run }: WorkerContext, event: AnyEventObject): AttemptResult {
  if (event.type.startsWith('xstate.done.actor')) return readAnswer(event['output'], decision.at);
  if (event.type.startsWith('xstate.error.actor')) return describeFailure(event['error'], decision.at);
  const limit = `${policy.attemptTimeoutSeconds} s`;
  const error = `no answer${run === null ? '' : ` of ${run.peer.peerUrl}`} within ${limit}`;
  return { ...describeFailure(new SyncAbortedError('attempt_timeout'), decision.at), error };
}

/** The `event.refused` to emit for an event; undefined if it was accepted. */
export function refusedEvent(
  context: WorkerContext,
  event: ChartEvent,
): Extract<SyncWorkerEmitted, { type: 'event.refused' }> | undefined {
  const reason = refusalOf(context, event);
  return reason === undefined ? undefined : { type: 'event.refused', reason };
}

function boundedDelay(ms: number): number {
  return ms > 0 ? Math.min(ms, MAX_DELAY_MS) : 0;
}
