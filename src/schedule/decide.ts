import { boundWaits } from '../policy/bounds.ts';
import { isInRetryAfter, isSyncPeer } from '../policy/peer-selection.ts';
import { MIN_RUN_GAP_SECONDS } from '../policy/sync-policy.ts';
import { askTime, earliestPeer, firstPeer, followingPeer } from './choose-peer.ts';
import type { WorkerContext } from './worker-context.ts';

/** What a wait comes from. */
export type WaitRule =
  | 'interval'
  /** The peer has more: the next run follows soon. */
  | 'catching up'
  | 'backoff'
  | 'retry-after'
  | 'cooldown'
  | 'stuck limit'
  /** The pause between two runs. */
  | 'floor'
  /** The fault was ours. */
  | 'local fault'
  /** Workers that were started together do not ask in one second. */
  | 'spread'
  /** It does not wait. */
  | 'due';

/** What the worker decided, when, and why. Times are Unix seconds with a fraction. */
export interface Decision {
  /** Ask a peer, be solo, or wait. */
  readonly kind: 'run' | 'solo' | 'wait';
  /** When it was decided. */
  readonly at: number;
  /** Nothing is done before this. */
  readonly until: number;
  readonly rule: WaitRule;
  /** The peer to ask; while waiting the one whose Retry-After or cooldown is waited for, '' if it is none. */
  readonly peerUrl: string;
}

/** A decision, and how far the clock was found to be behind. */
export interface DecisionStep {
  readonly context: WorkerContext;
  /** Whether a deadline was brought nearer: the ten fields and the peers have changed. */
  readonly isBounded: boolean;
  /** By how many seconds at least the clock was set back; 0 if it was not. */
  readonly clockBehindSeconds: number;
}

/**
 * The step of a state that decides: what the worker is to do at `now`.
 *
 * Before its time it waits. Then it runs, if any peer may be asked; it is solo, if there is none to ask at all; and while
 * all of them are cooling down it waits for the first. In a run whose attempt has failed it asks the next peer, if it may.
 */
export function decide(context: WorkerContext, now: number, random: () => number): DecisionStep {
  const { policy } = context;
  const { state, records, reason, clockBehindSeconds } = boundWaits(context.worker, context.peers, {
    now,
    policy,
  });
  const notBefore = notBeforeAt(context, now, random);
  const bounded =
    reason === null && notBefore === context.notBefore
      ? context
      : { ...context, worker: state, peers: records, notBefore, bounded: reason ?? context.bounded };
  return {
    context: { ...bounded, decision: decisionAt(bounded, now) },
    isBounded: reason !== null,
    clockBehindSeconds,
  };
}

function decisionAt(context: WorkerContext, now: number): Decision {
  if (context.run !== null) return inRun(context, now);
  const due = dueAt(context, now);
  if (now < due.until) {
    return { kind: 'wait', at: now, until: due.until, rule: due.rule, peerUrl: due.peerUrl };
  }
  const peer = firstPeer(context, now);
  if (peer !== undefined) return runAt(now, peer.peerUrl);
  const forced = context.request === 'forced';
  const first = earliestPeer(context.peers, forced);
  if (first === undefined) return { kind: 'solo', at: now, until: now, rule: 'due', peerUrl: '' };
  return {
    kind: 'wait',
    at: now,
    until: askTime(forced)(first),
    rule: ruleOf(first, now),
    peerUrl: first.peerUrl,
  };
}

/** Which of its two waits keeps a peer from being asked the longest. @internal */
export function ruleOf(
  peer: Parameters<typeof isInRetryAfter>[0],
  now: number,
): Extract<WaitRule, 'retry-after' | 'cooldown'> {
  const isLonger = (peer.retryAfter?.until ?? 0) >= peer.cooldownUntil;
  return isInRetryAfter(peer, now) && isLonger ? 'retry-after' : 'cooldown';
}

function inRun(context: WorkerContext, now: number): Decision {
  const next = followingPeer(context, now);
  if (next !== undefined) return runAt(now, next.peerUrl);
  return { kind: 'wait', at: now, until: now, rule: 'due', peerUrl: '' };
}

function runAt(now: number, peerUrl: string): Decision {
  return { kind: 'run', at: now, until: now, rule: 'due', peerUrl };
}

/** Earlier than any time: 0 is a time like any other, and a clock may be before it. */
const AT_ONCE = Number.NEGATIVE_INFINITY;

type Due = Pick<Decision, 'until' | 'rule' | 'peerUrl'>;

/** The earliest time of the next run, and what sets it. */
function dueAt(context: WorkerContext, now: number): Due {
  const { worker, peers, request, due } = context;
  const notBefore = context.notBefore || AT_ONCE;
  if (worker.lastOutcome === 'running') return { until: notBefore, rule: 'stuck limit', peerUrl: '' };
  const isAsked = request === 'requested' || request === 'forced';
  // A solo worker waits for nothing but a peer, and one that failed not for the others if there is a new one.
  const isWanted =
    isAsked || request === 'new-peer' || (worker.lastOutcome === 'solo' && peers.some(isSyncPeer));
  const waits: Due[] = [
    isWanted
      ? { until: AT_ONCE, rule: 'due', peerUrl: '' }
      : { until: worker.nextSyncDueAt || AT_ONCE, rule: due.rule, peerUrl: due.peerUrl },
    { until: floorAt(context, now), rule: 'floor', peerUrl: '' },
    { until: isAsked ? AT_ONCE : notBefore, rule: 'spread', peerUrl: '' },
  ];
  return waits.reduce((latest, wait) => (wait.until > latest.until ? wait : latest));
}

/** The end of the pause between two runs, or at once if it is over. */
function floorAt({ endedAt, worker }: WorkerContext, now: number): number {
  if (endedAt !== null) return pauseAfter(endedAt, now);
  const { lastSyncFinishedAt, nextSyncDueAt } = worker;
  return Math.max(
    // The time is truncated: the run ended at most a second after it.
    lastSyncFinishedAt === 0 ? AT_ONCE : pauseAfter(lastSyncFinishedAt + 1, now),
    // A run that was withdrawn left nothing but its due time, the end of the pause after it.
    nextSyncDueAt === 0 ? AT_ONCE : pauseAfter(nextSyncDueAt - MIN_RUN_GAP_SECONDS, now),
  );
}

/** It is void where the clock was set back before the run's end. */
function pauseAfter(end: number, now: number): number {
  const since = now - end;
  return since >= -1 && since < MIN_RUN_GAP_SECONDS ? end + MIN_RUN_GAP_SECONDS : AT_ONCE;
}

/**
 * What a start adds, drawn once. A run that a crash left may be alive elsewhere: what is left of its limit and a second,
 * for its start was truncated, are waited out. Any other start is spread. A clock that was set back does not prolong it.
 */
function notBeforeAt(context: WorkerContext, now: number, random: () => number): number {
  const { worker, policy, notBefore } = context;
  const spread = Math.min(policy.intervalSeconds * policy.spreadRatio, Number.MAX_SAFE_INTEGER / 2);
  const stuck = policy.stuckAfterSeconds + 1;
  if (notBefore !== null) return Math.min(notBefore, now + Math.max(spread, stuck));
  if (worker.lastOutcome !== 'running') return spread > 0 ? now + spread * random() : 0;
  return worker.lastSyncStartedAt <= 0 ? 0 : Math.min(worker.lastSyncStartedAt, now) + stuck;
}
