import { isSyncPeer } from '../policy/peer-selection.ts';
import { CLOCK_CHECK_SECONDS, MIN_RUN_GAP_SECONDS } from '../policy/sync-policy.ts';
import { shouldRunSync } from '../policy/sync-run.ts';
import { earliestAskAt, firstPeer } from './next-peer.ts';
import type { WorkerContext } from './worker-context.ts';
import { abandonRun } from './worker-steps.ts';

/** What a worker is to do. */
export type NextMove =
  | { readonly kind: 'run' }
  | { readonly kind: 'solo' }
  /** Nothing before `until`, in Unix seconds. */
  | { readonly kind: 'wait'; readonly until: number };

/**
 * The schedule, all of it: what the worker is to do at `now`.
 *
 * Before its time it waits. Then a run, if any peer may be asked; solo, if there is none to ask at all; and while all
 * of them are cooling down it waits for the first.
 */
export function nextMove(context: WorkerContext, now: number): NextMove {
  const due = dueAt(context, now);
  if (now < due) return { kind: 'wait', until: due };
  // A stuck run is over before the next peer is chosen, so that its peer comes last.
  const free = abandonRun(context, now);
  if (firstPeer(free, now) !== undefined) return { kind: 'run' };
  const until = earliestAskAt(free);
  return until === undefined ? { kind: 'solo' } : { kind: 'wait', until };
}

/** Whether the run under way has lasted too long, by the wall clock or by its timers. */
export function isStuck({ worker, policy, lasted }: WorkerContext, now: number): boolean {
  if (worker.lastOutcome !== 'running') return false;
  const { stuckAfterSeconds } = policy;
  // With the wall clock set back the timers still tell, within a minute, that it has lasted too long.
  return lasted >= stuckAfterSeconds || shouldRunSync(worker, { now, stuckAfterSeconds });
}

/** Notes how long the timer of the run is that is set now. */
export function planLook(context: WorkerContext, now: number): WorkerContext {
  return { ...context, look: untilNextLook(context, now) / 1000 };
}

/**
 * Milliseconds to the next look at the clock: up to the next move, and never more than 60 s, so that a clock that jumps
 * or a machine that sleeps is noticed. Always finite and within a Node timer's reach, for XState fires any other delay
 * at once.
 */
export function untilNextLook(context: WorkerContext, now: number): number {
  const move = nextMove(context, now);
  const wait = move.kind === 'wait' ? Math.ceil((move.until - now) * 1000) : 0;
  return Math.min(Math.max(0, wait), CLOCK_CHECK_SECONDS * 1000);
}

function dueAt(context: WorkerContext, now: number): number {
  const { worker, policy, peers, request } = context;
  if (worker.lastOutcome === 'running') {
    return isStuck(context, now) ? 0 : worker.lastSyncStartedAt + policy.stuckAfterSeconds;
  }
  // A solo worker waits for nothing but a peer.
  const wanted = request !== 'none' || (worker.lastOutcome === 'solo' && peers.some(isSyncPeer));
  return Math.max(wanted ? 0 : worker.nextSyncDueAt, floorAt(context, now));
}

/** The end of the pause between two runs, in Unix seconds; 0 if it is over. It is void where the clock was set back before the last run's end. */
export function floorAt({ endedAt }: WorkerContext, now: number): number {
  const since = now - endedAt;
  return endedAt > 0 && since >= 0 && since < MIN_RUN_GAP_SECONDS ? endedAt + MIN_RUN_GAP_SECONDS : 0;
}
