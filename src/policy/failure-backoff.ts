import { ceilSeconds, wholeDuration } from './seconds.ts';
import { defaultPolicy } from './sync-policy.ts';

/** Doubling stops here: 2^16 times the base is far above any sensible cap, and the product stays finite. */
const MAX_DOUBLINGS = 16;

/** What the wait after a failure depends on. */
export interface FailureBackoffOptions {
  /** Seconds after the first failure. */
  readonly baseBackoffSeconds: number;
  /** Failures in a row, including the newest. */
  readonly consecutiveFailures: number;
  /** Seconds the server asked for; 0 if it did not. */
  readonly retryAfterSeconds?: number;
  /** Upper limit of the exponential, in seconds; 0 leaves only Retry-After. @default 1800 */
  readonly capSeconds?: number;
}

/**
 * Seconds to wait after a failure: `max(exponential, retryAfter)`, a whole number.
 *
 * The exponential is `min(base · 2^min(n−1, 16), cap)`. The cap limits only the exponential: Retry-After is a lower bound of
 * the wait. Negative inputs and NaN count as 0. With base 60: 60, 120, 240, 480, 960, 1800, 1800, …
 */
export function failureBackoff(options: FailureBackoffOptions): number {
  const { retryAfterSeconds = 0, capSeconds = defaultPolicy.failureBackoffCapSeconds } = options;
  const exponential = exponentialBackoff(options.baseBackoffSeconds, options.consecutiveFailures, capSeconds);
  return Math.max(exponential, ceilSeconds(retryAfterSeconds));
}

function exponentialBackoff(base: number, failures: number, cap: number): number {
  // A NaN here, and a negative or NaN base, becomes 0 in the last line.
  if (failures <= 0) return 0;
  const doublings = Math.min(Math.max(0, Math.trunc(failures) - 1), MAX_DOUBLINGS);
  return wholeDuration(Math.min(base * 2 ** doublings, cap));
}

/** How much is added to a wait. */
export interface JitterOptions {
  /** The maximum addition, as a fraction of the wait; 0 adds nothing. */
  readonly jitterRatio: number;
  /** A number from 0 to 1, drawn for this wait. */
  readonly random: number;
}

/**
 * `wait · (1 + random · ratio)`, rounded up to whole seconds. It only lengthens the wait: full and equal jitter would go below
 * what the server asked for. A negative or NaN ratio or draw adds nothing.
 */
export function addJitter(waitSeconds: number, { jitterRatio, random }: JitterOptions): number {
  const draw = Math.min(1, Math.max(0, random));
  const added = waitSeconds * draw * Math.max(0, jitterRatio);
  return ceilSeconds(Number.isNaN(added) ? waitSeconds : waitSeconds + added);
}
