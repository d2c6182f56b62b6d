/**
 * Reads what an attempt gave. A sync function may be plain JavaScript and throw anything, so every field is read once, checked,
 * and inside try.
 * @internal
 */
import { isPeerSyncError } from '../policy/errors.ts';
import { clampRetryAfter } from '../policy/retry-after.ts';
import { safeText } from '../policy/safe-text.ts';
import { describe, isRecord } from '../policy/wire-fields.ts';
import type { AttemptResult, FailedAttempt } from './attempt.ts';

const MAX_CAUSES = 4;
const HELD = 'held by a gate: not asked';
const FORKED = "the peer's chain does not extend ours";

/**
 * The result of what a sync function answered, or of what an actor that was provided in place of ours ended with.
 *
 * @param at when it ended, in Unix seconds, where the result does not say it
 */
export function readAnswer(answer: unknown, at: number): AttemptResult {
  try {
    if (isRecord(answer)) {
      const { outcome, head, more, details, forked, held, error } = answer;
      const ended = typeof answer['at'] === 'number' && Number.isFinite(answer['at']) ? answer['at'] : at;
      if (outcome === 'error') return readFailure(answer, ended);
      if (forked === true || outcome === 'fork') {
        return { outcome: 'fork', at: ended, error: typeof error === 'string' ? safeText(error) : FORKED };
      }
      if (typeof head === 'string') {
        return { outcome: 'ok', at: ended, head, more: more === true, details };
      }
      const until = outcome === 'held' ? answer['until'] : held;
      if (typeof until === 'number' && Number.isFinite(until))
        return { outcome: 'held', at: ended, until, error: HELD };
    }
    throw new TypeError(
      `sync answered ${describe(answer)}; allowed is { head: string }, { forked: true } or { held: seconds }`,
    );
  } catch (error) {
    return describeFailure(error, at);
  }
}

/** The result of what was thrown; it may be anything, a throwing getter included. */
export function describeFailure(error: unknown, at: number): FailedAttempt {
  return {
    outcome: 'error',
    at,
    error: messageOf(error),
    cause: error,
    local: isOurs(error) && read(error, 'code') === 'local',
    ...(isOurs(error) ? peerFields(error) : noPeerFields),
  };
}

function readFailure(answer: Record<string, unknown>, at: number): FailedAttempt {
  const { error, cause, local } = answer;
  return {
    outcome: 'error',
    at,
    error: typeof error === 'string' ? safeText(error) || 'failed without a message' : messageOf(error),
    cause: cause ?? error,
    local: local === true,
    ...peerFields(answer),
  };
}

const noPeerFields = { status: 0, retryAfterSeconds: 0, retryAfterHeader: '', head: '' };

function peerFields(from: object): typeof noPeerFields {
  const status = read(from, 'status');
  const seconds = read(from, 'retryAfterSeconds');
  const header = read(from, 'retryAfterHeader');
  const head = read(from, 'head');
  return {
    status: typeof status === 'number' && Number.isSafeInteger(status) ? status : 0,
    retryAfterSeconds: typeof seconds === 'number' ? clampRetryAfter(seconds) : 0,
    retryAfterHeader: typeof header === 'string' ? safeText(header) : '',
    head: typeof head === 'string' ? head : '',
  };
}

function isOurs(error: unknown): error is object {
  try {
    return isPeerSyncError(error);
  } catch {
    return false;
  }
}

function read(from: unknown, field: string): unknown {
  try {
    return (from as Readonly<Record<string, unknown>>)[field];
  } catch {
    return undefined;
  }
}

/** `fetch failed: connect ECONNREFUSED 127.0.0.1:1`: the message and those of its causes that say something new. */
function messageOf(error: unknown): string {
  const parts: string[] = [];
  let cause = error;
  for (let depth = 0; depth < MAX_CAUSES && cause !== undefined && cause !== null; depth += 1) {
    const text = ownMessage(cause);
    if (text !== '' && !parts.some((part) => part.includes(text))) parts.push(text);
    cause = typeof cause === 'object' ? read(cause, 'cause') : undefined;
  }
  return safeText(parts.join(': ')) || 'failed without a message';
}

function ownMessage(error: unknown): string {
  try {
    if (!(error instanceof Error) && typeof read(error, 'message') !== 'string')
      return safeText(String(error));
    const message = read(error, 'message');
    if (typeof message === 'string' && message !== '') return safeText(message);
    // An AggregateError of several addresses has no message of its own.
    const errors = read(error, 'errors');
    if (Array.isArray(errors) && errors.length > 0) return ownMessage(errors[0]);
    const name = read(error, 'code') ?? read(error, 'name');
    return typeof name === 'string' ? safeText(name) : '';
  } catch {
    return 'failed with a value that cannot be shown';
  }
}
