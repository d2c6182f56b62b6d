import { safeText } from '../policy/safe-text.ts';
import type { SyncWorkerState } from '../policy/sync-worker-state.ts';
import { messageOf } from '../policy/thrown.ts';
import type { AttemptResult } from '../schedule/attempt.ts';
import type { SyncWorkerNotification } from '../worker/notifications.ts';
import { ruleText } from './rule-text.ts';
import { durationText, isoTime } from './time-text.ts';
import type { Why } from './why.ts';

/** One line about an event of a worker, for a log, a page or a terminal. Its texts are safe to show. */
export interface EventLine {
  /** `warn`: a failure that the worker handles; `error`: an operator should look into it. */
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  /** The field names are stable. Times are ISO 8601, durations are seconds. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** @param why the worker's `why()` right after the event; called only if the line needs it */
export function eventLine(event: SyncWorkerNotification, why: () => Why): EventLine {
  const line = lineOf(event, why);
  return { ...line, message: safeText(line.message) };
}

function lineOf(event: SyncWorkerNotification, why: () => Why): EventLine {
  switch (event.type) {
    case 'run.started':
      return { level: 'debug', message: 'run started', fields: {} };
    case 'attempt.started':
      return { level: 'debug', message: `asking ${event.peerUrl}`, fields: { peer: event.peerUrl } };
    case 'attempt.finished': {
      const fields = { peer: event.peerUrl, duration_seconds: milliseconds(event.durationSeconds) };
      return attemptLine(event.peerUrl, event.result, fields, why);
    }
    case 'run.finished':
      return runLine(event.state, why());
    case 'run.withdrawn':
      return { level: 'info', message: 'run withdrawn', fields: { outcome: event.state.lastOutcome } };
    case 'run.stuck':
      return {
        level: 'warn',
        message: `${event.peerUrl} did not answer within the stuck limit; the attempt was aborted`,
        fields: { peer: event.peerUrl },
      };
    case 'peers.changed': {
      const peers = event.peers.length;
      return { level: 'info', message: `peers changed: ${counted(peers, 'peer')}`, fields: { peers } };
    }
    case 'policy.changed': {
      const every = durationText(event.policy.intervalSeconds);
      return {
        level: 'info',
        message: `policy changed: a run every ${every}`,
        fields: { policy: event.policy },
      };
    }
    case 'event.refused':
      return { level: 'warn', message: `refused: ${event.reason}`, fields: {} };
    case 'storage.notice':
      return { level: 'warn', message: event.message, fields: causeFields(event.cause) };
    case 'storage.failed':
      return {
        level: 'error',
        message: `not saved: ${messageOf(event.error)}; the next save retries it`,
        fields: errorFields(event.error),
      };
    case 'clock.jumped': {
      const direction = event.seconds > 0 ? 'ahead, or the machine slept: it moved' : 'back';
      const by = durationText(Math.abs(event.seconds));
      return {
        level: 'warn',
        message: `the clock was set ${direction} by ${by}`,
        fields: { seconds: milliseconds(event.seconds) },
      };
    }
    case 'fault':
      return { level: 'error', message: messageOf(event.error), fields: errorFields(event.error) };
  }
}

function attemptLine(
  peer: string,
  result: AttemptResult,
  fields: EventLine['fields'],
  why: () => Why,
): EventLine {
  if (result.outcome === 'ok') {
    return {
      level: 'debug',
      message: `${peer} served us`,
      fields: { ...fields, outcome: 'ok', head: result.head },
    };
  }
  const failed = { ...fields, outcome: result.outcome, error: result.error };
  if (result.outcome === 'held')
    return { level: 'debug', message: `${peer} was ${result.error}`, fields: failed };
  if (result.outcome === 'fork') {
    return { level: 'warn', message: `${peer} is on another chain: ${result.error}`, fields: failed };
  }
  const { status, retryAfterSeconds, retryAfterHeader } = result;
  const withStatus = { ...failed, status: status || undefined };
  if (retryAfterSeconds <= 0)
    return { level: 'warn', message: `${peer} failed: ${result.error}`, fields: withStatus };
  const until = why().peers.find(({ peerUrl }) => peerUrl === peer)?.retryAfter?.until ?? 0;
  const header = retryAfterHeader === '' ? '' : ` (Retry-After: ${safeText(retryAfterHeader, 60)})`;
  return {
    level: 'warn',
    message: `${peer} asks to be left alone for ${durationText(retryAfterSeconds)}${header}: ${result.error}`,
    fields: {
      ...withStatus,
      retry_after_seconds: retryAfterSeconds,
      retry_after_header: retryAfterHeader,
      retry_after_until: isoTime(until),
    },
  };
}

function runLine(state: SyncWorkerState, why: Why): EventLine {
  const { lastOutcome, lastPeerUrl, lastError, currentHead, consecutiveFailures } = state;
  const end = lastOutcome === 'solo' ? 'solo, no peer to ask' : `run ended: ${lastOutcome}`;
  return {
    level: 'info',
    message: `${end}; ${nextRunText(why)}`,
    fields: {
      outcome: lastOutcome,
      peer: lastPeerUrl || undefined,
      error: lastError || undefined,
      head: currentHead || undefined,
      consecutive_failures: consecutiveFailures,
      next_run_at: isoTime(why.nextRunAt),
      next_run_seconds: Math.max(0, Math.ceil(why.nextRunAt - why.at)),
      rule: why.rule,
      rule_peer: why.peerUrl || undefined,
      jitter_seconds: why.jitterSeconds || undefined,
    },
  };
}

/** `the next is due in 5 min, set by the usual interval`. */
function nextRunText(why: Pick<Why, 'rule' | 'peerUrl' | 'nextRunAt' | 'at'>): string {
  if (why.rule === 'due') return 'the next is due now';
  return `the next is due in ${durationText(why.nextRunAt - why.at)}, set by ${ruleText(why)}`;
}

/** `1 event`, `2 events`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** A message may have several lines and come from anywhere, so the stack is a separate field. */
function errorFields(error: Error): EventLine['fields'] {
  const stack = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    error: `${error.name}: ${error.message}`,
    stack: stack?.map((line) => line.trim()),
    ...causeFields(error.cause),
  };
}

function causeFields(cause: unknown): EventLine['fields'] {
  if (cause === undefined) return {};
  return { cause: cause instanceof Error ? `${cause.name}: ${messageOf(cause)}` : messageOf(cause) };
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
