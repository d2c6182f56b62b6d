import { addJitter, failureBackoff } from './failure-backoff.ts';
import { addSeconds, wholeDuration, wholeSeconds } from './seconds.ts';
import { defaultPolicy } from './sync-policy.ts';
import type { SyncWorkerState } from './sync-worker-state.ts';

/** How a run begins. */
export interface BeginSyncOptions {
  /** Unix seconds; a fraction is truncated before it is stored. */
  readonly now: number;
  /** '' keeps the old one. */
  readonly peerUrl?: string;
  /** '' keeps the old one. */
  readonly currentHead?: string;
}

/** A run begins: sets `running` and the start time, and clears the error and the fork; keeps the other fields. */
export function beginSync(
  state: SyncWorkerState,
  { now, peerUrl = '', currentHead = '' }: BeginSyncOptions,
): SyncWorkerState {
  return {
    lastSyncStartedAt: wholeSeconds(now),
    lastSyncFinishedAt: state.lastSyncFinishedAt,
    lastSyncOkAt: state.lastSyncOkAt,
    nextSyncDueAt: state.nextSyncDueAt,
    lastPeerUrl: peerUrl || state.lastPeerUrl,
    lastError: '',
    lastOutcome: 'running',
    currentHead: currentHead || state.currentHead,
    forkDetected: false,
    consecutiveFailures: state.consecutiveFailures,
  };
}

/** How a run ends. */
export interface FinishSyncOptions {
  readonly ok: boolean;
  /** Unix seconds; a fraction is truncated before it is stored. */
  readonly now: number;
  /** '' keeps the old one. */
  readonly peerUrl?: string;
  /** '' keeps the old one. */
  readonly currentHead?: string;
  /** Why the run failed; trimmed. Ignored if `ok`. */
  readonly error?: string;
  readonly forkDetected?: boolean;
  /** Seconds to the next run after a good one. @default 300 */
  readonly intervalSeconds?: number;
  /** The interval is lengthened by up to interval · ratio. @default 0 */
  readonly spreadRatio?: number;
  /** Seconds the server asked for: the minimum wait after a failure. @default 0 */
  readonly retryAfterSeconds?: number;
  /** @default 60 */
  readonly failureBackoffSeconds?: number;
  /** @default 1800 */
  readonly failureBackoffCapSeconds?: number;
  /** @default 0 */
  readonly jitterRatio?: number;
  /** A number from 0 to 1 for the jitter or the spread. @default 0 */
  readonly random?: number;
}

/** A run ended in ok, fork or error. After a failure the next due time follows from the new failure count. */
export function finishSync(state: SyncWorkerState, options: FinishSyncOptions): SyncWorkerState {
  const { ok, error = '', peerUrl = '', currentHead = '', forkDetected = false } = options;
  const now = wholeSeconds(options.now);
  const consecutiveFailures = ok ? 0 : addSeconds(state.consecutiveFailures, 1);
  const wait = ok ? interval(options) : waitAfterFailure(consecutiveFailures, options);
  return {
    lastSyncStartedAt: state.lastSyncStartedAt,
    lastSyncFinishedAt: now,
    lastSyncOkAt: ok ? now : state.lastSyncOkAt,
    nextSyncDueAt: addSeconds(now, wait),
    lastPeerUrl: peerUrl || state.lastPeerUrl,
    lastError: ok ? '' : error.trim(),
    lastOutcome: ok ? 'ok' : forkDetected ? 'fork' : 'error',
    currentHead: currentHead || state.currentHead,
    forkDetected,
    consecutiveFailures,
  };
}

function interval(options: FinishSoloSyncOptions): number {
  const { intervalSeconds = defaultPolicy.intervalSeconds, spreadRatio = 0, random = 0 } = options;
  // The reference truncates an interval; spreading it comes after.
  return addJitter(wholeDuration(intervalSeconds), { jitterRatio: spreadRatio, random });
}

function waitAfterFailure(consecutiveFailures: number, options: FinishSyncOptions): number {
  const wait = failureBackoff({
    baseBackoffSeconds: options.failureBackoffSeconds ?? defaultPolicy.failureBackoffSeconds,
    capSeconds: options.failureBackoffCapSeconds ?? defaultPolicy.failureBackoffCapSeconds,
    retryAfterSeconds: options.retryAfterSeconds ?? 0,
    consecutiveFailures,
  });
  return addJitter(wait, { jitterRatio: options.jitterRatio ?? 0, random: options.random ?? 0 });
}

/** How a run without any peer ends. */
export interface FinishSoloSyncOptions {
  /** Unix seconds; a fraction is truncated before it is stored. */
  readonly now: number;
  /** '' keeps the old one. */
  readonly currentHead?: string;
  /** Seconds to the next check for a peer. @default 300 */
  readonly intervalSeconds?: number;
  /** The interval is lengthened by up to interval · ratio. @default 0 */
  readonly spreadRatio?: number;
  /** A number from 0 to 1 for the spread. @default 0 */
  readonly random?: number;
}

/** There is no peer to ask: sets `solo`, clears peer, error, fork and failures, and keeps `lastSyncOkAt`: nothing was synced. */
export function finishSoloSync(state: SyncWorkerState, options: FinishSoloSyncOptions): SyncWorkerState {
  const { currentHead = '' } = options;
  const now = wholeSeconds(options.now);
  return {
    ...state,
    lastSyncFinishedAt: now,
    nextSyncDueAt: addSeconds(now, interval(options)),
    lastPeerUrl: '',
    lastError: '',
    lastOutcome: 'solo',
    currentHead: currentHead || state.currentHead,
    forkDetected: false,
    consecutiveFailures: 0,
  };
}

/** How a run is withdrawn. */
export interface WithdrawSyncOptions {
  /** Unix seconds; may carry a fraction. */
  readonly now: number;
  /** The head that an attempt of the run reached; '' keeps the old one. */
  readonly currentHead?: string;
}

/**
 * An orderly stop in mid-run: restores the ten fields of the last settled outcome, keeps a head that was reached, and makes
 * the next run due at ceil(now) + 1.
 */
export function withdrawSync(before: SyncWorkerState, options: WithdrawSyncOptions): SyncWorkerState {
  const { now, currentHead = '' } = options;
  return {
    ...before,
    nextSyncDueAt: addSeconds(wholeSeconds(Math.ceil(now)), 1),
    currentHead: currentHead || before.currentHead,
  };
}

/**
 * Reconstructs the ten fields before the run under way from a `running` state, all that is left after a crash. The error text
 * is lost, and a fork becomes an error.
 */
export function lastSettled(running: SyncWorkerState): SyncWorkerState {
  const { lastSyncFinishedAt, lastSyncOkAt, consecutiveFailures } = running;
  const failed = consecutiveFailures > 0 ? 'error' : 'solo';
  const settled = lastSyncOkAt === lastSyncFinishedAt && consecutiveFailures === 0 ? 'ok' : failed;
  return { ...running, lastOutcome: lastSyncFinishedAt === 0 ? 'idle' : settled };
}

/** The run under way continues with a head that an attempt reached, or at another peer. '' keeps the old value. */
export function continueSync(
  state: SyncWorkerState,
  { peerUrl = '', currentHead = '' }: { readonly peerUrl?: string; readonly currentHead?: string },
): SyncWorkerState {
  return {
    ...state,
    lastPeerUrl: peerUrl || state.lastPeerUrl,
    currentHead: currentHead || state.currentHead,
  };
}

/** Options of {@link shouldRunSync}. */
export interface ShouldRunSyncOptions {
  /** Unix seconds; may carry a fraction. */
  readonly now: number;
  /** Seconds after which a run under way is stuck. @default 300 */
  readonly stuckAfterSeconds?: number;
}

/** Whether it is time for a run: the due time has come, or the run under way is stuck. */
export function shouldRunSync(
  state: SyncWorkerState,
  { now, stuckAfterSeconds = defaultPolicy.stuckAfterSeconds }: ShouldRunSyncOptions,
): boolean {
  if (state.lastOutcome !== 'running') return state.nextSyncDueAt <= now;
  return state.lastSyncStartedAt <= 0 || now - state.lastSyncStartedAt >= stuckAfterSeconds;
}
