import type { PeerRecord } from './peer-record.ts';
import { MAX_RETRY_AFTER_SECONDS } from './retry-after.ts';
import { addSeconds, ceilSeconds, wholeSeconds } from './seconds.ts';
import type { SyncPolicy } from './sync-policy.ts';
import type { SyncWorkerState } from './sync-worker-state.ts';

/** The longest time ahead that a due time may be under a policy, in whole seconds. */
export function longestWait(policy: SyncPolicy): number {
  const interval = policy.intervalSeconds * (1 + policy.spreadRatio);
  const failure =
    Math.max(policy.failureBackoffCapSeconds, MAX_RETRY_AFTER_SECONDS) * (1 + policy.jitterRatio);
  const longest = Math.max(interval, failure, policy.catchUpIntervalSeconds);
  return addSeconds(ceilSeconds(longest), 1);
}

/** Why a deadline was shortened: the clock was set back, or the policy's waits became shorter. */
export type BoundReason = 'clock' | 'policy';

/** The result of {@link boundWaits}; unchanged objects are returned as they were. */
export interface BoundWaits {
  readonly state: SyncWorkerState;
  readonly records: readonly PeerRecord[];
  /** Null if nothing exceeded its bound. */
  readonly reason: BoundReason | null;
  /** By how many seconds at least the clock was set back; 0 if it was not. */
  readonly clockBehindSeconds: number;
}

/**
 * Cuts every deadline to the longest possible wait: a clock that was wrong by years costs an hour. A Retry-After that a
 * server really sent never exceeds its bound.
 *
 * Times of past events (`lastSyncOkAt`, `lastAskedAt`, the start of a run) are cut to now.
 */
export function boundWaits(
  state: SyncWorkerState,
  records: readonly PeerRecord[],
  { now, policy }: { readonly now: number; readonly policy: SyncPolicy },
): BoundWaits {
  const wholeNow = wholeSeconds(Math.ceil(now));
  let isAnyLate = false;
  let clockBehindSeconds = 0;
  const isLate = (time: number, bound: number, recordedAt: number): boolean => {
    if (time <= bound) return false;
    isAnyLate = true;
    clockBehindSeconds = Math.max(clockBehindSeconds, recordedAt - wholeNow);
    return true;
  };
  const due = addSeconds(wholeNow, longestWait(policy));
  const isDueLate = isLate(state.nextSyncDueAt, due, state.lastSyncFinishedAt);
  const isStartLate =
    state.lastOutcome === 'running' && isLate(state.lastSyncStartedAt, wholeNow, state.lastSyncStartedAt);
  const longestRetryAfter = addSeconds(wholeNow, MAX_RETRY_AFTER_SECONDS);
  const longestCooldown = Math.max(policy.failureBackoffCapSeconds, MAX_RETRY_AFTER_SECONDS);
  const cooldown = addSeconds(wholeNow, ceilSeconds(longestCooldown));
  const boundRetryAfter = ({ retryAfter, updatedAt }: PeerRecord): PeerRecord['retryAfter'] =>
    retryAfter !== null && isLate(retryAfter.until, longestRetryAfter, updatedAt)
      ? { ...retryAfter, until: longestRetryAfter }
      : retryAfter;
  const bound = (record: PeerRecord): PeerRecord => {
    const retryAfter = boundRetryAfter(record);
    const isCooldownLate = isLate(record.cooldownUntil, cooldown, record.updatedAt);
    const isOkLate = isLate(record.lastSyncOkAt, wholeNow, record.lastSyncOkAt);
    const isAskedLate = isLate(record.lastAskedAt, wholeNow, record.lastAskedAt);
    if (retryAfter === record.retryAfter && !isCooldownLate && !isOkLate && !isAskedLate) return record;
    return {
      ...record,
      retryAfter,
      cooldownUntil: Math.min(record.cooldownUntil, cooldown),
      lastSyncOkAt: Math.min(record.lastSyncOkAt, wholeNow),
      lastAskedAt: Math.min(record.lastAskedAt, wholeNow),
    };
  };
  const bounded = records.map(bound);
  const isSame = bounded.every((record, index) => record === records[index]);
  return {
    state:
      isDueLate || isStartLate
        ? {
            ...state,
            nextSyncDueAt: Math.min(state.nextSyncDueAt, due),
            lastSyncStartedAt: isStartLate ? wholeNow : state.lastSyncStartedAt,
          }
        : state,
    records: isSame ? records : bounded,
    reason: clockBehindSeconds > 0 ? 'clock' : isAnyLate ? 'policy' : null,
    clockBehindSeconds,
  };
}
