import { failureBackoff } from './failure-backoff.ts';
import { patch } from './patch.ts';
import type { PeerRecord } from './peer-record.ts';
import { retryAfterUntil } from './peer-selection.ts';
import { addSeconds, ceilSeconds, wholeSeconds } from './seconds.ts';
import { defaultPolicy } from './sync-policy.ts';

/** When a peer served us. */
export interface RecordSyncSuccessOptions {
  /** Unix seconds; a fraction is truncated before it is stored. */
  readonly now: number;
}

/** The peer served us: failures, cooldown and error are forgotten. */
export function recordSyncSuccess(record: PeerRecord, options: RecordSyncSuccessOptions): PeerRecord {
  const now = wholeSeconds(options.now);
  return patch(record, {
    updatedAt: now,
    lastSeenAt: now,
    lastSyncOkAt: now,
    lastError: '',
    failureCount: 0,
    // A Retry-After that still runs (another program may have met it) is not ours to forget.
    cooldownUntil: stillRunning(retryAfterUntil(record), now),
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
 * The end of the Retry-After is kept apart as well (`metadata.retry_after_until`), for a contact ends a backoff and
 * never a server's wish. It is counted from `now` rounded up: truncated, it would end up to a second early.
 */
export function recordSyncFailure(record: PeerRecord, options: RecordSyncFailureOptions): PeerRecord {
  const now = wholeSeconds(options.now);
  const failureCount = addSeconds(record.failureCount, 1);
  const exponential = failureBackoff({
    baseBackoffSeconds: options.failureBackoffSeconds ?? defaultPolicy.failureBackoffSeconds,
    capSeconds: options.failureBackoffCapSeconds ?? defaultPolicy.failureBackoffCapSeconds,
    consecutiveFailures: failureCount,
  });
  const wish = ceilSeconds(options.retryAfterSeconds ?? 0);
  const metadata = wish > 0 ? withRetryAfter(record, wish, options) : record.metadata;
  const marked = { ...record, updatedAt: now, lastError: options.error.trim(), failureCount, metadata };
  return {
    ...marked,
    cooldownUntil: Math.max(
      record.cooldownUntil,
      exponential > 0 ? addSeconds(now, exponential) : 0,
      stillRunning(retryAfterUntil(marked), now),
    ),
  };
}

/** The peer got in touch: its backoff is over, a Retry-After that still runs is not. */
export function recordSeen(record: PeerRecord, options: { readonly now: number }): PeerRecord {
  const now = wholeSeconds(options.now);
  return { ...record, lastSeenAt: now, cooldownUntil: stillRunning(retryAfterUntil(record), now) };
}

/** How a peer is forgiven. */
export interface ResetPeerOptions {
  /** Unix seconds; a fraction is truncated before it is stored. */
  readonly now: number;
  /** Forget its Retry-After too. @default false */
  readonly force?: boolean | undefined;
}

/** An operator forgives the peer its failures and its backoff. Its Retry-After stays, but for `force`. */
export function resetPeer(record: PeerRecord, options: ResetPeerOptions): PeerRecord {
  const now = wholeSeconds(options.now);
  const metadata = options.force === true ? withoutRetryAfter(record) : record.metadata;
  const reset = patch(record, { updatedAt: now, lastError: '', failureCount: 0, metadata });
  return patch(reset, { cooldownUntil: stillRunning(retryAfterUntil(reset), now) });
}

/** `next` with the later of the two Retry-Afters: a new list of peers must not forget what a peer asked for. @internal */
export function keepRetryAfter(next: PeerRecord, known: PeerRecord): PeerRecord {
  if (retryAfterUntil(known) <= retryAfterUntil(next)) return next;
  const { retry_after_until, retry_after_header } = known.metadata;
  const header = retry_after_header === undefined ? {} : { retry_after_header };
  return { ...next, metadata: { ...withoutRetryAfter(next), retry_after_until, ...header } };
}

/**
 * Of peers taken off the list those whose Retry-After still runs, disabled and marked as removed: a memory to be kept
 * until that is over, also across a restart. @internal
 */
export function keepUntilRetryAfter(removed: readonly PeerRecord[], now: number): PeerRecord[] {
  return removed
    .filter((peer) => retryAfterUntil(peer) > now)
    .map((peer) => ({ ...peer, enabled: false, metadata: { ...peer.metadata, removed: true } }));
}

/** Drops the removed peers whose Retry-After is over. @internal */
export function dropExpired(peers: readonly PeerRecord[], now: number): readonly PeerRecord[] {
  return peers.filter((peer) => peer.metadata['removed'] !== true || retryAfterUntil(peer) > now);
}

function withRetryAfter(
  record: PeerRecord,
  wish: number,
  options: RecordSyncFailureOptions,
): PeerRecord['metadata'] {
  const until = addSeconds(wholeSeconds(Math.ceil(options.now)), wish);
  if (until <= retryAfterUntil(record)) return record.metadata;
  const header =
    options.retryAfterHeader === undefined ? {} : { retry_after_header: options.retryAfterHeader };
  return { ...withoutRetryAfter(record), retry_after_until: until, ...header };
}

function withoutRetryAfter({ metadata }: PeerRecord): PeerRecord['metadata'] {
  const { retry_after_until: _until, retry_after_header: _header, ...others } = metadata;
  return others;
}

function stillRunning(until: number, now: number): number {
  return until > now ? until : 0;
}
