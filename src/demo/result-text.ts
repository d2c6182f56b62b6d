import { oneLine } from '../infonet/one-line.ts';
import type { AttemptResult } from '../schedule/attempt.ts';
import { durationText } from './duration-text.ts';

/** What went wrong, and what the server asked for in its own words. */
export function failureText(result: Exclude<AttemptResult, { outcome: 'ok' }>): string {
  const what = oneLine(result.error);
  if (result.outcome !== 'error' || result.retryAfterHeader === '') return what;
  const header = oneLine(result.retryAfterHeader, 40);
  return `${what} · Retry-After: ${header}${reading(header, result.retryAfterSeconds)}`;
}

/** What the worker makes of the header, where the header does not say so itself. */
function reading(header: string, seconds: number): string {
  if (header === String(seconds)) return '';
  return seconds === 0 ? ' (asks for nothing)' : ` (${durationText(seconds)})`;
}
