/**
 * Reads the result of an attempt. A sync function may be plain JavaScript and throw anything, so every field is read once,
 * inside a try, and checked.
 * @internal
 */
import { isPeerSyncError } from '../policy/errors.ts';
import { clampRetryAfter } from '../policy/retry-after.ts';
import { safeText } from '../policy/safe-text.ts';
import { messageOf, readField } from '../policy/thrown.ts';
import { describe, isRecord } from '../policy/wire-fields.ts';
import type { AttemptResult, FailedAttempt } from './attempt.ts';

const HELD = 'held by a gate: not asked';
const FORKED = "the peer's chain does not extend ours";

/**
 * Reads the answer of a sync function, or the output of an actor that replaces our attempt actor.
 *
 * @param at when the attempt ended, in Unix seconds; used unless the result has its own `at`
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

/** The result for a thrown value, which may be anything, even an object whose getters throw. */
export function describeFailure(error: unknown, at: number): FailedAttempt {
  return {
    outcome: 'error',
    at,
    error: messageOf(error),
    cause: error,
    local: isOurs(error) && readField(error, 'code') === 'local',
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
  const status = readField(from, 'status');
  const seconds = readField(from, 'retryAfterSeconds');
  const header = readField(from, 'retryAfterHeader');
  const head = readField(from, 'head');
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
