import { failureBackoff } from '../policy/failure-backoff.ts';
import type { PeerRecord } from '../policy/peer-record.ts';
import { exclusionReason, isSyncPeer, nextAskAt, retryAfterUntil } from '../policy/peer-selection.ts';
import { MAX_RETRY_AFTER_SECONDS, type RetryAfterForm, readRetryAfter } from '../policy/retry-after.ts';
import type { SyncOutcome } from '../policy/sync-worker-state.ts';
import { floorAt, nextMove } from './next-move.ts';
import { earliestAskAt } from './next-peer.ts';
import type { WorkerContext } from './worker-context.ts';

/** What a wait comes from. */
export type WaitRule =
  | 'interval'
  | 'backoff'
  | 'retry-after'
  | 'cooldown'
  | 'stuck limit'
  | 'floor'
  /** It does not wait: the next run is due. */
  | 'due';

/** Why a peer may or may not be asked. */
export type PeerRule =
  | 'may be asked'
  | 'cooldown'
  | 'retry-after'
  | 'disabled'
  | 'excluded'
  | 'not a sync peer';

/** Why a peer may be asked now, or not. */
export interface PeerWhy {
  readonly peerUrl: string;
  readonly rule: PeerRule;
  /** When it may next be asked, in Unix seconds; 0: at once; null: never, as things stand. */
  readonly nextAskAt: number | null;
  /** Why it was passed over, or its last error; '' if there is none. */
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
  /** Seconds that the jitter added to the wait. */
  readonly jitterSeconds: number;
  /** A request waits to be answered. */
  readonly requested: boolean;
  readonly peers: readonly PeerWhy[];
}

/**
 * The worker explains itself. All of it is derived from what it knows, so that a restored worker explains itself too.
 *
 * @param now Unix seconds
 */
export function explain(context: WorkerContext, now: number): Why {
  const { worker, peers, request, run } = context;
  const move = nextMove(context, now);
  const running = worker.lastOutcome === 'running';
  const reason =
    move.kind === 'wait' ? reasonFor(context, move.until, now) : { rule: 'due' as const, peerUrl: '' };
  return {
    at: now,
    state: worker.lastOutcome,
    since: running ? worker.lastSyncStartedAt : worker.lastSyncFinishedAt,
    nextRunAt: move.kind === 'wait' ? move.until : now,
    rule: reason.rule,
    peerUrl: reason.peerUrl,
    asking: run?.peer.peerUrl ?? '',
    consecutiveFailures: worker.consecutiveFailures,
    lastError: worker.lastError,
    jitterSeconds: running ? 0 : waitParts(context).jitter,
    requested: request !== 'none',
    peers: peers.map((peer) => whyPeer(peer, now)),
  };
}

interface Reason {
  readonly rule: WaitRule;
  readonly peerUrl: string;
}

function reasonFor(context: WorkerContext, until: number, now: number): Reason {
  const { worker, policy } = context;
  const { lastOutcome, nextSyncDueAt, lastSyncStartedAt } = worker;
  if (lastOutcome === 'running' && until === lastSyncStartedAt + policy.stuckAfterSeconds) {
    return { rule: 'stuck limit', peerUrl: '' };
  }
  const failed = lastOutcome === 'error' || lastOutcome === 'fork';
  if (until === nextSyncDueAt && !(failed && waitParts(context).asked)) {
    return { rule: failed ? 'backoff' : 'interval', peerUrl: '' };
  }
  if (until === floorAt(context, now)) return { rule: 'floor', peerUrl: '' };
  const first = context.peers.find((peer) => isSyncPeer(peer) && nextAskAt(peer) === earliestAskAt(context));
  return { rule: first && silent(first, now) ? 'retry-after' : 'cooldown', peerUrl: first?.peerUrl ?? '' };
}

/** What the wait after a failed run is made of, seen afterwards. */
function waitParts(context: WorkerContext): { readonly asked: boolean; readonly jitter: number } {
  const { worker, policy } = context;
  if (worker.lastOutcome !== 'error' && worker.lastOutcome !== 'fork') return { asked: false, jitter: 0 };
  const backoff = failureBackoff({
    baseBackoffSeconds: policy.failureBackoffSeconds,
    capSeconds: policy.failureBackoffCapSeconds,
    consecutiveFailures: worker.consecutiveFailures,
  });
  const wish = (earliestAskAt(context) ?? 0) - worker.lastSyncFinishedAt;
  const waited = worker.nextSyncDueAt - worker.lastSyncFinishedAt;
  return { asked: wish > backoff, jitter: Math.max(0, waited - Math.max(backoff, wish)) };
}

function whyPeer(peer: PeerRecord, now: number): PeerWhy {
  const rule = ruleFor(peer, now);
  const known = rule === 'may be asked' || rule === 'cooldown' || rule === 'retry-after';
  const header = peer.metadata['retry_after_header'];
  const until = retryAfterUntil(peer);
  return {
    peerUrl: peer.peerUrl,
    rule,
    nextAskAt: known ? (rule === 'may be asked' ? 0 : nextAskAt(peer)) : null,
    detail: exclusionReason(peer) ?? peer.lastError,
    retryAfter:
      until > now && typeof header === 'string' ? { header, until, ...formOf(header, until) } : null,
  };
}

/** It was held to an hour if it asked for more than the hour that ended, or will end, at `until`. */
function formOf(header: string, until: number): { form: RetryAfterForm; clamped: boolean } {
  const { form, clamped } = readRetryAfter(header, { now: until - MAX_RETRY_AFTER_SECONDS });
  return { form, clamped };
}

function ruleFor(peer: PeerRecord, now: number): PeerRule {
  if (peer.bucket !== 'sync') return 'not a sync peer';
  if (!peer.enabled) return 'disabled';
  if (exclusionReason(peer) !== undefined) return 'excluded';
  if (nextAskAt(peer) <= now) return 'may be asked';
  return silent(peer, now) ? 'retry-after' : 'cooldown';
}

/** Whether it is the peer's own wish, and not our backoff, that keeps it from being asked the longest. */
function silent(peer: PeerRecord, now: number): boolean {
  const until = retryAfterUntil(peer);
  return until > now && until >= peer.cooldownUntil;
}
