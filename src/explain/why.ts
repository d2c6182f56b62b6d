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
  /** The peer was removed from the list, and is remembered until its wait is over. */
  | 'removed'
  | 'not a sync peer';

/** Whether a peer may be asked now, and why. */
export interface PeerWhy {
  readonly peerUrl: string;
  readonly rule: PeerRule;
  /** When it may next be asked, in Unix seconds; 0: at once; null: never under the current settings. */
  readonly nextAskAt: number | null;
  /** Why it is excluded, or its last error; '' if there is none. */
  readonly detail: string;
  /** Its last Retry-After, if it still runs and its header is known. */
  readonly retryAfter: RetryAfterWhy | null;
}

/** A Retry-After that still runs. */
export interface RetryAfterWhy {
  /** As the server sent it. */
  readonly header: string;
  readonly form: RetryAfterForm;
  /** The server asked for more than the maximum of an hour. */
  readonly clamped: boolean;
  /** Unix seconds. */
  readonly until: number;
}

/** What the worker is doing at one moment, and why. Times are Unix seconds. */
export interface Why {
  readonly at: number;
  /** Whether the worker is started; one that is not waits for nothing. */
  readonly started: boolean;
  readonly state: SyncOutcome;
  /** When this state began; 0 for a worker that never ran. */
  readonly since: number;
  /** When the next run may begin; at least `at`. While running: when this run will be stuck. */
  readonly nextRunAt: number;
  /** What sets that time. */
  readonly rule: WaitRule;
  /** The peer whose Retry-After or cooldown sets it; '' if none does. */
  readonly peerUrl: string;
  /** The peer being asked; '' if none is, as in a run that a crash interrupted. */
  readonly asking: string;
  readonly consecutiveFailures: number;
  /** Why the newest run failed; '' unless it failed. */
  readonly lastError: string;
  /** Seconds that the jitter or the spread added to the wait. */
  readonly jitterSeconds: number;
  /** Whether a request is waiting for a run. */
  readonly requested: boolean;
  /** Why an impossibly long wait was shortened: the clock was set back, or the policy became shorter; null if none was. */
  readonly bounded: BoundReason | null;
  readonly peers: readonly PeerWhy[];
}

/**
 * Explains what the worker decided when it last read the clock, and why. What set a wait is not among the ten fields, so after a
 * restart the rule follows from the state, unless a peer's Retry-After ends at the same time.
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

/** What the worker waits for: the end of the decided wait, or the stuck limit of the run under way. @internal */
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

/** The header was clamped if, an hour before `until`, it asked for more than an hour. */
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
