/** What becomes of a peer's record. Every function gives a new record. */
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
    // Another program may have met a Retry-After that still runs.
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
  /** The header that said so, as it came. */
  readonly retryAfterHeader?: string | undefined;
  /** 0: no cooldown of its own. @default 60 */
  readonly failureBackoffSeconds?: number;
  /** @default 1800 */
  readonly failureBackoffCapSeconds?: number;
}

/**
 * The peer failed us: one failure more, and a cooldown of max(its own exponential, its Retry-After).
 *
 * The Retry-After is kept apart as well, for a contact ends a backoff and never a server's wait. It is counted from `now`
 * rounded up: truncated, it would end up to a second early.
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
 * An orderly stop withdrew the attempt at this peer. A peer that is withdrawn twice without a finished attempt between
 * counts a failure, so that a supervisor that kills too soon does not ask it at every start.
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

/** A gate does not let this peer be asked before `until`, in Unix seconds. No failure. */
export function recordHeld(record: PeerRecord, until: number): PeerRecord {
  return patch(record, { cooldownUntil: latest(record.cooldownUntil, wholeSeconds(Math.ceil(until)) || 1) });
}

/** The peer got in touch: its backoff is over, a Retry-After that still runs is not. */
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

/** An operator clears the peer's failures and its backoff. Its Retry-After stays, but for `force`. */
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

/** `next` with the later of the two Retry-Afters: a new list of peers must not lose what a peer asked for. @internal */
export function keepRetryAfter(next: PeerRecord, known: PeerRecord): PeerRecord {
  const retryAfter = laterRetryAfter(next.retryAfter, known.retryAfter);
  return retryAfter === next.retryAfter ? next : patch(next, { retryAfter });
}

/**
 * Of peers taken off the list those whose cooldown or Retry-After still runs, disabled and marked as removed, or else
 * removing and adding a peer would be a way round its wait, also across a restart. @internal
 */
export function rememberRemoved(removed: readonly PeerRecord[], now: number): PeerRecord[] {
  return removed
    .filter((peer) => !mayBeAskedAt(peer, now))
    .map((peer) => patch(peer, { enabled: false, removed: true }));
}

/** Drops the removed peers that may be asked again: there is nothing left to remember of them. @internal */
export function dropExpired(peers: readonly PeerRecord[], now: number): readonly PeerRecord[] {
  return peers.filter((peer) => !peer.removed || !mayBeAskedAt(peer, now));
}

/**
 * Peers that were loaded, with what another memory knows better: the later of two Retry-Afters wins, and a peer whose
 * wait is remembered there is not forgotten because it was not loaded. @internal
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
  // 0 would be no time.
  return { until: until || 1, header: options.retryAfterHeader ?? '' };
}

function laterRetryAfter(a: PeerRetryAfter | null, b: PeerRetryAfter | null): PeerRetryAfter | null {
  if (a === null || b === null) return a ?? b;
  return b.until > a.until ? b : a;
}

/** Of times, 0 being none, the latest; a time before 1970 is one too. */
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
