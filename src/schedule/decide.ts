import { boundWaits } from '../policy/bounds.ts';
import { isInRetryAfter, isSyncPeer } from '../policy/peer-selection.ts';
import { MIN_RUN_GAP_SECONDS } from '../policy/sync-policy.ts';
import { askTime, earliestPeer, firstPeer, followingPeer } from './choose-peer.ts';
import type { WorkerContext } from './worker-context.ts';

/** The reason for a wait. */
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
  /** The short wait after a fault on our side. */
  | 'local fault'
  /** Workers that start together do not all ask in the same second. */
  | 'spread'
  /** The worker does not wait. */
  | 'due';

/** What the worker decided, when, and why. Times are Unix seconds with a fraction. */
export interface Decision {
  /** Ask a peer, be solo, or wait. */
  readonly kind: 'run' | 'solo' | 'wait';
  /** When it was decided. */
  readonly at: number;
  /** The worker does nothing before this. */
  readonly until: number;
  readonly rule: WaitRule;
  /** The peer to ask, or while waiting, the peer whose Retry-After or cooldown sets the wait; '' if none. */
  readonly peerUrl: string;
}

/** A context with a new decision, and what was found out about the clock. */
export interface DecisionStep {
  readonly context: WorkerContext;
  /** Whether a deadline was shortened, so that the ten fields or the peers have changed. */
  readonly isBounded: boolean;
  /** By how many seconds at least the clock was set back; 0 if it was not. */
  readonly clockBehindSeconds: number;
}

/**
 * Decides what the worker does at `now`.
 *
 * Before the due time it waits. Then it runs if any peer may be asked, is solo if there is no peer at all, and waits for the
 * first peer while all of them are cooling down. In a run whose attempt has failed, it asks the next peer if one may be asked.
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

/** The later of a peer's two waits. @internal */
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

/** Earlier than any time; not 0, because a clock may be before 1970. */
const AT_ONCE = Number.NEGATIVE_INFINITY;

type Due = Pick<Decision, 'until' | 'rule' | 'peerUrl'>;

/** The earliest time of the next run, and what sets it. */
function dueAt(context: WorkerContext, now: number): Due {
  const { worker, peers, request, due } = context;
  const notBefore = context.notBefore || AT_ONCE;
  if (worker.lastOutcome === 'running') return { until: notBefore, rule: 'stuck limit', peerUrl: '' };
  const isAsked = request === 'requested' || request === 'forced';
  // A solo worker runs as soon as there is a peer; a failed one asks a new peer without waiting for the others.
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

/** The end of the pause between two runs, or AT_ONCE if it is over. */
function floorAt({ endedAt, worker }: WorkerContext, now: number): number {
  if (endedAt !== null) return pauseAfter(endedAt, now);
  const { lastSyncFinishedAt, nextSyncDueAt } = worker;
  return Math.max(
    // `lastSyncFinishedAt` is truncated: the run ended up to a second later.
    lastSyncFinishedAt === 0 ? AT_ONCE : pauseAfter(lastSyncFinishedAt + 1, now),
    // A withdrawn run left only its due time, which is the end of the pause after it.
    nextSyncDueAt === 0 ? AT_ONCE : pauseAfter(nextSyncDueAt - MIN_RUN_GAP_SECONDS, now),
  );
}

/** There is no pause if the clock was set back to before the end of the run. */
function pauseAfter(end: number, now: number): number {
  const since = now - end;
  return since >= -1 && since < MIN_RUN_GAP_SECONDS ? end + MIN_RUN_GAP_SECONDS : AT_ONCE;
}

/**
 * The extra wait after a start, drawn once. A run that a crash interrupted may still be alive elsewhere, so the worker waits out
 * the rest of its limit plus a second, because its start time was truncated. Any other start is spread. Setting the clock back
 * does not prolong the wait.
 */
function notBeforeAt(context: WorkerContext, now: number, random: () => number): number {
  const { worker, policy, notBefore } = context;
  const spread = Math.min(policy.intervalSeconds * policy.spreadRatio, Number.MAX_SAFE_INTEGER / 2);
  const stuck = policy.stuckAfterSeconds + 1;
  if (notBefore !== null) return Math.min(notBefore, now + Math.max(spread, stuck));
  if (worker.lastOutcome !== 'running') return spread > 0 ? now + spread * random() : 0;
  return worker.lastSyncStartedAt <= 0 ? 0 : Math.min(worker.lastSyncStartedAt, now) + stuck;
}
