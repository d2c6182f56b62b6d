import { type HttpDateForm, parseHttpDate } from './http-date.ts';
import { wholeDuration } from './seconds.ts';

/** No peer can silence a worker for longer than an hour. */
export const MAX_RETRY_AFTER_SECONDS = 3600;

/** The form of a header; an unreadable one asks for no wait. */
export type RetryAfterForm = 'delay-seconds' | 'malformed-delay' | HttpDateForm | 'unreadable';

/** What a header asks for. */
export interface RetryAfterReading {
  /** Whole seconds from now, 0 to 3600. */
  readonly seconds: number;
  /** The form of the header; an unreadable one asks for no wait. */
  readonly form: RetryAfterForm;
  /** True if the server asked for more than an hour. */
  readonly clamped: boolean;
}

/** A comma, but not the one after the weekday of an HTTP-date. */
const BETWEEN_VALUES = /(?<!\b(?:mon|tue|tues|wed|wednes|thu|thurs|fri|sat|satur|sun)(?:day)?),/i;

/** Characters of a header beyond this, as from a hostile peer, are ignored. */
const MAX_HEADER_CHARACTERS = 16_384;

/** The moment a wait is counted from. */
export interface RetryAfterOptions {
  /** Unix seconds; may carry a fraction. */
  readonly now: number;
}

/**
 * The wait a `Retry-After` header asks for, in whole seconds from `now`, from 0 to 3600 (RFC 9110 §10.2.3).
 *
 * Accepts delay-seconds in ASCII digits, or an HTTP-date in any of its three forms. A past date, a missing header and anything
 * else give 0. Never throws.
 */
export function parseRetryAfter(value: string | null | undefined, options: RetryAfterOptions): number {
  return typeof value === 'string' ? readOne(value.trim(), options.now).seconds : 0;
}

/**
 * Reads the header as our transports do: more lenient than {@link parseRetryAfter} where strictness would hammer a server that
 * clearly asked for a wait.
 *
 * If a header was sent twice (joined by `fetch` as "30, 120", a list in node:http), each value is read and the longest wait
 * wins. A delay with a fraction ("120.0") is rounded up; its form is `malformed-delay`. Never throws.
 */
export function readRetryAfter(
  value: string | readonly string[] | null | undefined,
  { now }: RetryAfterOptions,
): RetryAfterReading {
  const values: readonly unknown[] = [value].flat();
  const parts = values
    .filter((one) => typeof one === 'string')
    .flatMap((one) => one.slice(0, MAX_HEADER_CHARACTERS).split(BETWEEN_VALUES));
  return parts
    .map((part) => readOneLeniently(part.trim(), now))
    .reduce((longest, one) => (isLonger(one, longest) ? one : longest), reading('unreadable', 0));
}

function readOneLeniently(text: string, now: number): RetryAfterReading {
  if (/^(?:[0-9]+\.[0-9]*|\.[0-9]+)$/.test(text)) return reading('malformed-delay', Number(text));
  return readOne(text, now);
}

function readOne(text: string, now: number): RetryAfterReading {
  if (/^[0-9]+$/.test(text)) return reading('delay-seconds', Number(text));
  const date = parseHttpDate(text, now);
  return date === undefined ? reading('unreadable', 0) : reading(date.form, Math.floor(date.seconds - now));
}

/** If both waits are equal, a readable one wins over an unreadable one, and a clamped one over an unclamped one. */
function isLonger(a: RetryAfterReading, b: RetryAfterReading): boolean {
  if (a.seconds !== b.seconds) return a.seconds > b.seconds;
  return (a.clamped && !b.clamped) || b.form === 'unreadable';
}

/** The same limits for a wait that is already a number. Rounds up, so that no wait is cut short. @internal */
export function clampRetryAfter(seconds: number): number {
  return Math.min(wholeDuration(Math.ceil(seconds)), MAX_RETRY_AFTER_SECONDS);
}

function reading(form: RetryAfterForm, seconds: number): RetryAfterReading {
  return { form, seconds: clampRetryAfter(seconds), clamped: seconds > MAX_RETRY_AFTER_SECONDS };
}
