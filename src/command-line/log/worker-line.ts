import type { Why } from '../../explain/why.ts';
import type { SyncWorkerState } from '../../policy/sync-worker-state.ts';
import type { AttemptResult } from '../../schedule/attempt.ts';
import type { SyncWorkerNotification } from '../../worker/notifications.ts';
import { isoTime } from './iso-time.ts';
import { ruleText } from './rule-text.ts';

/** One line about what a worker told. */
export interface WorkerLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  /** Under names that a search can rely on. Times are ISO 8601, durations are seconds. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** @param why the worker's, right after it told this */
export function workerLine(told: SyncWorkerNotification, why: Why): WorkerLine {
  switch (told.type) {
    case 'run.started':
      return { level: 'debug', message: 'run started', fields: {} };
    case 'attempt.started':
      return { level: 'debug', message: `asking ${told.peerUrl}`, fields: { peer: told.peerUrl } };
    case 'attempt.finished': {
      const fields = { peer: told.peerUrl, duration_seconds: rounded(told.durationSeconds) };
      return attemptLine(told.result, fields, why);
    }
    case 'run.finished':
      return runLine(told.state, why);
    case 'run.withdrawn':
      return { level: 'info', message: 'the run was withdrawn', fields: { outcome: told.state.lastOutcome } };
    case 'run.stuck':
      return {
        level: 'warn',
        message: `no answer from ${told.peerUrl} within the stuck limit; the attempt was aborted`,
        fields: { peer: told.peerUrl },
      };
    case 'peers.changed':
      return {
        level: 'info',
        message: `${told.peers.length} peers known`,
        fields: { peers: told.peers.length },
      };
    case 'policy.changed':
      return { level: 'info', message: 'another policy is in force', fields: { policy: told.policy } };
    case 'event.refused':
      return { level: 'warn', message: `refused: ${told.reason}`, fields: {} };
    case 'storage.notice':
      return { level: 'warn', message: told.message, fields: causeFields(told.cause) };
    case 'storage.failed':
      return {
        level: 'error',
        message: `not saved: ${told.error.message}; the next save retries it`,
        fields: errorFields(told.error),
      };
    case 'clock.jumped': {
      const way = told.seconds > 0 ? 'forward' : 'back';
      const seconds = rounded(told.seconds);
      const message = `the clock was set ${way} by ${Math.abs(seconds)} s, or the machine slept`;
      return { level: 'warn', message, fields: { seconds } };
    }
    case 'fault':
      return { level: 'error', message: told.error.message, fields: errorFields(told.error) };
  }
}

function attemptLine(result: AttemptResult, fields: WorkerLine['fields'], why: Why): WorkerLine {
  const peer = String(fields['peer']);
  if (result.outcome === 'ok') {
    return {
      level: 'debug',
      message: `${peer} served us`,
      fields: { ...fields, outcome: 'ok', head: result.head },
    };
  }
  const failed = { ...fields, outcome: result.outcome, error: result.error };
  if (result.outcome === 'held') {
    return { level: 'debug', message: `${peer} was ${result.error}`, fields: failed };
  }
  if (result.outcome === 'fork') {
    return { level: 'warn', message: `${peer} is on another chain: ${result.error}`, fields: failed };
  }
  const { status, retryAfterSeconds, retryAfterHeader } = result;
  if (retryAfterSeconds <= 0) {
    return {
      level: 'warn',
      message: `${peer} failed: ${result.error}`,
      fields: { ...failed, status: status || undefined },
    };
  }
  const until = why.peers.find(({ peerUrl }) => peerUrl === peer)?.retryAfter?.until ?? 0;
  return {
    level: 'warn',
    message: `${peer} asks to be left alone for ${retryAfterSeconds} s: ${result.error}`,
    fields: {
      ...failed,
      status: status || undefined,
      retry_after_seconds: retryAfterSeconds,
      retry_after_header: retryAfterHeader,
      retry_after_until: isoTime(until),
    },
  };
}

function runLine(state: SyncWorkerState, why: Why): WorkerLine {
  const { lastOutcome, lastPeerUrl, lastError, currentHead, consecutiveFailures } = state;
  const wait = Math.max(0, Math.ceil(why.nextRunAt - why.at));
  const next =
    why.rule === 'due' ? 'the next is due now' : `the next is due in ${wait} s, set by ${ruleText(why)}`;
  const end = lastOutcome === 'solo' ? 'solo, no peer to ask' : `run ended: ${lastOutcome}`;
  return {
    level: 'info',
    message: `${end}; ${next}`,
    fields: {
      outcome: lastOutcome,
      peer: lastPeerUrl || undefined,
      error: lastError || undefined,
      head: currentHead || undefined,
      consecutive_failures: consecutiveFailures,
      next_run_at: isoTime(why.nextRunAt),
      next_run_seconds: wait,
      rule: why.rule,
      rule_peer: why.peerUrl || undefined,
      jitter_seconds: why.jitterSeconds || undefined,
    },
  };
}

/** A message may come from anywhere and go over several lines; where it was thrown is kept apart from it. */
function errorFields(error: Error): WorkerLine['fields'] {
  const stack = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    error: `${error.name}: ${error.message}`,
    stack: stack?.map((line) => line.trim()),
    ...causeFields(error.cause),
  };
}

function causeFields(cause: unknown): WorkerLine['fields'] {
  if (cause === undefined) return {};
  return { cause: cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause) };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
