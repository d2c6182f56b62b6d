import { type HttpDateForm, parseHttpDate } from './http-date.ts';
import { wholeDuration } from './seconds.ts';

/** No peer can silence a worker for longer than an hour. */
export const MAX_RETRY_AFTER_SECONDS = 3600;

/** The form a header had; an unreadable one asks for nothing. */
export type RetryAfterForm = 'delay-seconds' | HttpDateForm | 'unreadable';

/** What a header asks for. */
export interface RetryAfterReading {
  /** Whole seconds from now, 0 to 3600. */
  readonly seconds: number;
  /** Which form the header had; an unreadable one asks for nothing. */
  readonly form: RetryAfterForm;
  /** True if the server asked for more than an hour. */
  readonly clamped: boolean;
}

/** The moment a wait is counted from. */
export interface RetryAfterOptions {
  /** Unix seconds; may carry a fraction. */
  readonly now: number;
}

/**
 * The wait a `Retry-After` header asks for, in whole seconds from `now`, from 0 to 3600 (RFC 9110 §10.2.3).
 *
 * Delay-seconds in ASCII digits, or an HTTP-date in any of its three forms. Everything else is 0, and so is a date
 * in the past; a missing header too. Never throws.
 */
export function parseRetryAfter(value: string | null | undefined, options: RetryAfterOptions): number {
  return readRetryAfter(value, options).seconds;
}

/** Like {@link parseRetryAfter}, and tells the form and whether the hour's clamp applied. */
export function readRetryAfter(
  value: string | null | undefined,
  { now }: RetryAfterOptions,
): RetryAfterReading {
  const text = typeof value === 'string' ? value.trim() : '';
  if (/^[0-9]+$/.test(text)) return reading('delay-seconds', Number(text));
  const date = parseHttpDate(text, now);
  return date === undefined ? reading('unreadable', 0) : reading(date.form, Math.floor(date.seconds - now));
}

/** The same clamp for a wait that did not come in a header. Rounds up, so that no wish is undercut. @internal */
export function clampRetryAfter(seconds: number): number {
  return Math.min(wholeDuration(Math.ceil(seconds)), MAX_RETRY_AFTER_SECONDS);
}

function reading(form: RetryAfterForm, seconds: number): RetryAfterReading {
  return { form, seconds: clampRetryAfter(seconds), clamped: seconds > MAX_RETRY_AFTER_SECONDS };
}
