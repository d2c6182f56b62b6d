/**
 * Whole Unix seconds are the only unit of the policy. Every number that enters a state passes through here, so that no clock,
 * option or header can put NaN, Infinity, a fraction, −0 or an unsafe integer into it.
 */

const LIMIT = Number.MAX_SAFE_INTEGER;

/** Truncates toward zero. NaN becomes 0; a value outside the safe integers becomes the nearest safe integer. @internal */
export function wholeSeconds(value: number): number {
  if (Number.isNaN(value)) return 0;
  // `+ 0` turns −0 into 0, which a JSON round trip would do anyway.
  return Math.trunc(Math.min(LIMIT, Math.max(-LIMIT, value))) + 0;
}

/** A whole duration, never below 0. @internal */
export function wholeDuration(value: number): number {
  return Math.max(0, wholeSeconds(value));
}

/** Rounds a wait up to whole seconds, never below 0, so that it is not cut short. @internal */
export function ceilSeconds(value: number): number {
  return wholeDuration(Math.ceil(value));
}

/** `at + duration`, limited to the safe integers. Both must be whole. @internal */
export function addSeconds(at: number, duration: number): number {
  return Math.min(LIMIT, at + duration);
}
