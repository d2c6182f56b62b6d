import { readRetryAfter } from '../../policy/retry-after.ts';
import { safeText } from '../../policy/safe-text.ts';
import type { AttemptResult } from '../../schedule/attempt.ts';
import type { RetryAfterSeen } from './check-report.ts';

/** A Retry-After as the attempt took it; undefined if none came. Of several, the longest wait holds. */
export function retryAfterSeen(
  headers: readonly string[],
  result: AttemptResult,
  now: number,
): RetryAfterSeen | undefined {
  const longest = headers
    .map((header) => ({ header, ...readRetryAfter(header, { now }) }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .at(0);
  if (longest === undefined) return undefined;
  const seconds = result.outcome === 'error' ? result.retryAfterSeconds : 0;
  return {
    raw: safeText(headers.join(', '), 200),
    form: longest.form,
    clamped: longest.clamped,
    seconds,
    // Counted as a worker counts it: from this moment rounded up, so that it never ends early.
    until: Math.ceil(now) + seconds,
  };
}
