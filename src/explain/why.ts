import type { BoundReason } from '../policy/bounds.ts';
import type { PeerRecord } from '../policy/peer-record.ts';
import { isInRetryAfter, mayBeAskedAt, nextAskAt, retryAfterUntil } from '../policy/peer-selection.ts';
import { MAX_RETRY_AFTER_SECONDS, type RetryAfterForm, readRetryAfter } from '../policy/retry-after.ts';
import type { SyncOutcome } from '../policy/sync-worker-state.ts';
import { ruleOf, type WaitRule } from '../schedule/decide.ts';
import type { WorkerContext } from '../schedule/worker-context.ts';

/** Why a peer may or may not be asked. */
export type PeerRule =
  | 'may be asked'
  | 'cooldown'
  | 'retry-after'
  | 'disabled'
  | 'excluded'
  /** It was taken off the list, and is remembered until its wait is over. */
  | 'removed'
  | 'not a sync peer';

/** Why a peer may be asked now, or not. */
export interface PeerWhy {
  readonly peerUrl: string;
  readonly rule: PeerRule;
  /** When it may next be asked, in Unix seconds; 0: at once; null: never, as things stand. */
  readonly nextAskAt: number | null;
  /** Why it is excluded, or its last error; '' if there is none. */
  readonly detail: string;
  /** Its last Retry-After, if that still runs and its header is known. */
  readonly retryAfter: RetryAfterWhy | null;
}

/** A Retry-After that still runs. */
export interface RetryAfterWhy {
  /** As the server sent it. */
  readonly header: string;
  readonly form: RetryAfterForm;
  /** It asked for more than the hour that is granted. */
  readonly clamped: boolean;
  /** Unix seconds. */
  readonly until: number;
}

/** Why the worker is as it is, at one moment. Times are Unix seconds. */
export interface Why {
  readonly at: number;
  /** Whether the worker runs at all: one that was not started, or was stopped, waits for nothing. */
  readonly started: boolean;
  readonly state: SyncOutcome;
  /** When this state began; 0 for a worker that never ran. */
  readonly since: number;
  /** When the next run may begin; not before `at`. While running: when this run would be stuck. */
  readonly nextRunAt: number;
  /** What sets that time. */
  readonly rule: WaitRule;
  /** The peer whose Retry-After or cooldown sets it; '' if it is none. */
  readonly peerUrl: string;
  /** The peer being asked; '' if none is, also in a run that a crash left behind. */
  readonly asking: string;
  readonly consecutiveFailures: number;
  /** Why the newest run failed; '' unless it failed. */
  readonly lastError: string;
  /** Seconds that the jitter or the spread added to the wait. */
  readonly jitterSeconds: number;
  /** A request waits to be answered. */
  readonly requested: boolean;
  /** A wait was shortened, for it was longer than any can be: the clock was set back, or the policy became shorter; or null. */
  readonly bounded: BoundReason | null;
  readonly peers: readonly PeerWhy[];
}

/**
 * The worker explains itself: what it decided when it last read the clock, and why. What set a wait is not in the ten fields,
 * so after a restart the state names the rule, unless the record of a peer has a Retry-After that ends with it.
 *
 * @param now Unix seconds
 */
export function explain(context: WorkerContext, now: number, started = true): Why {
  const { worker, peers, request, run, decision, due, bounded } = context;
  const isRunning = worker.lastOutcome === 'running';
  const wait = waitOf({ run, decision });
  const isDue = wait.until <= now;
  return {
    at: now,
    started,
    state: worker.lastOutcome,
    since: isRunning ? worker.lastSyncStartedAt : worker.lastSyncFinishedAt,
    nextRunAt: Math.max(now, wait.until),
    rule: isDue ? 'due' : wait.rule,
    peerUrl: isDue ? '' : wait.peerUrl,
    asking: run?.peer.peerUrl ?? '',
    consecutiveFailures: worker.consecutiveFailures,
    lastError: worker.lastError,
    jitterSeconds: isRunning ? 0 : due.jitterSeconds,
    requested: request !== 'none',
    bounded,
    peers: peers.map((peer) => explainPeer(peer, now)),
  };
}

/** What the worker waits for: the end of its decision's wait, or while an attempt runs the moment at which that would be stuck. @internal */
export function waitOf({ run, decision }: Pick<WorkerContext, 'run' | 'decision'>): {
  readonly until: number;
  readonly rule: WaitRule;
  readonly peerUrl: string;
} {
  if (run !== null) {
    return { until: run.startedAt + run.stuckAfterSeconds, rule: 'stuck limit', peerUrl: '' };
  }
  const { until, rule, kind, peerUrl } = decision;
  return { until, rule, peerUrl: kind === 'wait' ? peerUrl : '' };
}

function explainPeer(peer: PeerRecord, now: number): PeerWhy {
  const rule = peerRule(peer, now);
  const isAskable = rule === 'may be asked' || rule === 'cooldown' || rule === 'retry-after';
  const header = peer.retryAfter?.header ?? '';
  const until = retryAfterUntil(peer);
  return {
    peerUrl: peer.peerUrl,
    rule,
    nextAskAt: isAskable ? (rule === 'may be asked' ? 0 : nextAskAt(peer)) : null,
    detail: peer.excluded || peer.lastError,
    retryAfter: until > now && header !== '' ? { header, until, ...formOf(header, until) } : null,
  };
}

/** It was held to an hour if it asked for more than the hour that ended, or will end, at `until`. */
function formOf(header: string, until: number): Pick<RetryAfterWhy, 'form' | 'clamped'> {
  const { form, clamped } = readRetryAfter(header, { now: until - MAX_RETRY_AFTER_SECONDS });
  return { form, clamped };
}

function peerRule(peer: PeerRecord, now: number): PeerRule {
  if (peer.bucket !== 'sync') return 'not a sync peer';
  if (peer.removed) return 'removed';
  if (!peer.enabled) return 'disabled';
  if (peer.excluded !== '') return 'excluded';
  if (mayBeAskedAt(peer, now)) return 'may be asked';
  return isInRetryAfter(peer, now) ? ruleOf(peer, now) : 'cooldown';
}
