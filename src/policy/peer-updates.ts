/** Updates of a peer's record. Every function returns a new record. */
import { failureBackoff } from './failure-backoff.ts';
import { asPeerList, type PeerRecord, type PeerRetryAfter, peerKey } from './peer-record.ts';
import { isInRetryAfter, mayBeAskedAt, retryAfterUntil } from './peer-selection.ts';
import { addSeconds, ceilSeconds, wholeSeconds } from './seconds.ts';
import { defaultPolicy } from './sync-policy.ts';

/** How a peer served us. */
export interface RecordSyncSuccessOptions {
  /** Unix seconds; a fraction is truncated before it is stored. */
  readonly now: number;
  /** Whether its answer changed the head. @default true */
  readonly broughtNews?: boolean;
}

/** The peer served us: its failures, cooldown and error are cleared. */
export function recordSyncSuccess(record: PeerRecord, options: RecordSyncSuccessOptions): PeerRecord {
  const now = wholeSeconds(options.now);
  return patch(record, {
    updatedAt: now,
    lastSeenAt: now,
    lastSyncOkAt: now,
    lastAskedAt: now,
    lastBroughtNews: options.broughtNews ?? true,
    withdrawn: false,
    lastError: '',
    failureCount: 0,
    // Another program may have received a Retry-After that still runs.
    cooldownUntil: retryAfterRunningAt(record, now),
  });
}

/** How a peer failed. */
export interface RecordSyncFailureOptions {
  /** Unix seconds; may carry a fraction. */
  readonly now: number;
  /** Why; trimmed. */
  readonly error: string;
  /** Seconds the peer asked for. @default 0 */
  readonly retryAfterSeconds?: number;
  /** The raw header, as received. */
  readonly retryAfterHeader?: string | undefined;
  /** 0: no cooldown of its own. @default 60 */
  readonly failureBackoffSeconds?: number;
  /** @default 1800 */
  readonly failureBackoffCapSeconds?: number;
}

/**
 * The peer failed us: one failure more, and a cooldown of max(its own exponential, its Retry-After).
 *
 * The Retry-After is also stored separately, because a contact ends a backoff but not a server's wait. It starts at `now`
 * rounded up; with a truncated start it would end up to a second early.
 */
export function recordSyncFailure(record: PeerRecord, options: RecordSyncFailureOptions): PeerRecord {
  const now = wholeSeconds(options.now);
  const failureCount = addSeconds(record.failureCount, 1);
  const exponential = failureBackoff({
    baseBackoffSeconds: options.failureBackoffSeconds ?? defaultPolicy.failureBackoffSeconds,
    capSeconds: options.failureBackoffCapSeconds ?? defaultPolicy.failureBackoffCapSeconds,
    consecutiveFailures: failureCount,
  });
  const retryAfter = laterRetryAfter(record.retryAfter, readRetryAfterOf(options));
  const updated = patch(record, {
    updatedAt: now,
    lastAskedAt: now,
    withdrawn: false,
    lastError: options.error.trim(),
    failureCount,
    retryAfter,
  });
  return patch(updated, {
    cooldownUntil: latest(
      record.cooldownUntil,
      exponential > 0 ? addSeconds(now, exponential) || 1 : 0,
      retryAfterRunningAt(updated, now),
    ),
  });
}

/**
 * An orderly stop withdrew the attempt at this peer. A second withdrawal without a finished attempt in between counts as a
 * failure, so that a supervisor that restarts the worker too often does not ask the peer at every start.
 */
export function recordWithdrawal(
  record: PeerRecord,
  options: Omit<RecordSyncFailureOptions, 'error'>,
): PeerRecord {
  if (!record.withdrawn) return patch(record, { withdrawn: true, lastAskedAt: wholeSeconds(options.now) });
  return recordSyncFailure(record, {
    ...options,
    error: 'the worker was stopped twice while it asked this peer',
  });
}

/** A gate holds this peer until `until`, in Unix seconds. This is not a failure. */
export function recordHeld(record: PeerRecord, until: number): PeerRecord {
  return patch(record, { cooldownUntil: latest(record.cooldownUntil, wholeSeconds(Math.ceil(until)) || 1) });
}

/** The peer contacted us: its backoff ends, but a running Retry-After does not. */
export function recordSeen(record: PeerRecord, options: { readonly now: number }): PeerRecord {
  const now = wholeSeconds(options.now);
  return patch(record, { lastSeenAt: now, cooldownUntil: retryAfterRunningAt(record, now) });
}

/** How a peer is reset. */
export interface ResetPeerOptions {
  /** Unix seconds; a fraction is truncated before it is stored. */
  readonly now: number;
  /** Clear its Retry-After too. @default false */
  readonly force?: boolean | undefined;
}

/** An operator clears the peer's failures and backoff. Its Retry-After stays unless `force` is set. */
export function resetPeer(record: PeerRecord, options: ResetPeerOptions): PeerRecord {
  const now = wholeSeconds(options.now);
  const retryAfter = options.force === true ? null : record.retryAfter;
  const reset = patch(record, {
    updatedAt: now,
    lastError: '',
    failureCount: 0,
    withdrawn: false,
    retryAfter,
  });
  return patch(reset, { cooldownUntil: retryAfterRunningAt(reset, now) });
}

/** Returns `next` with the later of the two Retry-Afters: a new list of peers must not lose a peer's wait. @internal */
export function keepRetryAfter(next: PeerRecord, known: PeerRecord): PeerRecord {
  const retryAfter = laterRetryAfter(next.retryAfter, known.retryAfter);
  return retryAfter === next.retryAfter ? next : patch(next, { retryAfter });
}

/**
 * Keeps the removed peers whose cooldown or Retry-After still runs, disabled and marked as removed. Otherwise removing and
 * adding a peer would bypass its wait, even across a restart. @internal
 */
export function rememberRemoved(removed: readonly PeerRecord[], now: number): PeerRecord[] {
  return removed
    .filter((peer) => !mayBeAskedAt(peer, now))
    .map((peer) => patch(peer, { enabled: false, removed: true }));
}

/** Drops the removed peers whose waits are over: there is nothing left to remember. @internal */
export function dropExpired(peers: readonly PeerRecord[], now: number): readonly PeerRecord[] {
  return peers.filter((peer) => !peer.removed || !mayBeAskedAt(peer, now));
}

/**
 * Merges the waits of remembered peers into loaded ones: the later Retry-After wins, and a remembered peer that was not loaded
 * is kept while its wait runs. @internal
 */
export function keepWaits(
  loaded: readonly PeerRecord[],
  remembered: readonly PeerRecord[],
  now: number,
): readonly PeerRecord[] {
  const known = new Map(remembered.map((record) => [peerKey(record), record]));
  const kept = loaded.map((record) => {
    const old = known.get(peerKey(record));
    known.delete(peerKey(record));
    return old === undefined ? record : keepRetryAfter(record, old);
  });
  return asPeerList([...kept, ...rememberRemoved([...known.values()], now)]);
}

function readRetryAfterOf(options: RecordSyncFailureOptions): PeerRetryAfter | null {
  const seconds = ceilSeconds(options.retryAfterSeconds ?? 0);
  if (seconds <= 0) return null;
  const until = addSeconds(wholeSeconds(Math.ceil(options.now)), seconds);
  // 0 would mean never.
  return { until: until || 1, header: options.retryAfterHeader ?? '' };
}

function laterRetryAfter(a: PeerRetryAfter | null, b: PeerRetryAfter | null): PeerRetryAfter | null {
  if (a === null || b === null) return a ?? b;
  return b.until > a.until ? b : a;
}

/** The latest time; 0 means none, and negative times (before 1970) count. */
function latest(...times: readonly number[]): number {
  const set = times.filter((time) => time !== 0);
  return set.length === 0 ? 0 : Math.max(...set);
}

function retryAfterRunningAt(record: PeerRecord, now: number): number {
  return isInRetryAfter(record, now) ? retryAfterUntil(record) : 0;
}

function patch(record: PeerRecord, changes: Partial<PeerRecord>): PeerRecord {
  return { ...record, ...changes };
}
