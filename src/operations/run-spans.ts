import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { SyncWorkerState } from '../policy/sync-worker-state.ts';
import type { AttemptResult } from '../schedule/attempt.ts';

/** The spans of the run under way. What ends where nothing began changes nothing. */
export interface RunSpans {
  beginRun(): void;
  beginAttempt(peerUrl: string): void;
  endAttempt(result: AttemptResult): void;
  endRun(state: SyncWorkerState): void;
  /** Ends what is open, as an error. */
  cutShort(why: string, outcome?: string): void;
  /** Ends what is open as if it had not begun; that is no error. */
  withdraw(): void;
  /** Ends what is open, without a word on how it went. */
  leave(): void;
}

export function createRunSpans(tracer: Tracer): RunSpans {
  let run: Span | undefined;
  let attempt: Span | undefined;
  let attempts = 0;

  const leave = (): void => {
    attempt?.end();
    run?.end();
    attempt = undefined;
    run = undefined;
  };
  const endOpen = (outcome: string, why?: string): void => {
    for (const span of [attempt, run]) {
      span?.setAttribute('sync.outcome', outcome);
      if (span !== undefined && why !== undefined) fail(span, why);
    }
    run?.setAttribute('sync.attempts', attempts);
    leave();
  };
  return {
    leave,
    beginRun: () => {
      attempts = 0;
      // A root, whatever context the timer was set in: a run is no part of the request that happened to start the worker.
      run = tracer.startSpan('sync.run', { root: true }, ROOT_CONTEXT);
    },
    beginAttempt: (peerUrl) => {
      if (run === undefined) return;
      attempts += 1;
      attempt = tracer.startSpan(
        'sync.attempt',
        { kind: SpanKind.CLIENT, attributes: addressOf(peerUrl) },
        trace.setSpan(ROOT_CONTEXT, run),
      );
    },
    endAttempt: (result) => {
      if (attempt === undefined) return;
      attempt.setAttribute('sync.outcome', result.outcome);
      if (result.outcome === 'error') {
        attempt.setAttribute('sync.retry_after_seconds', result.retryAfterSeconds);
        // 0: it did not come to a status.
        if (result.status) attempt.setAttribute('http.response.status_code', result.status);
      }
      if (result.outcome !== 'ok') fail(attempt, result.error);
      attempt.end();
      attempt = undefined;
    },
    endRun: (state) => {
      if (run === undefined) return;
      run.setAttributes({
        'sync.outcome': state.lastOutcome,
        'sync.attempts': attempts,
        'sync.consecutive_failures': state.consecutiveFailures,
        'sync.next_due_at': state.nextSyncDueAt,
      });
      if (state.lastOutcome === 'error' || state.lastOutcome === 'fork') fail(run, state.lastError);
      leave();
    },
    cutShort: (why, outcome = 'cut short') => endOpen(outcome, why),
    withdraw: () => endOpen('withdrawn'),
  };
}

function fail(span: Span, message: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** Where the peer is, and no more of its URL. */
function addressOf(peerUrl: string): Record<string, string | number> {
  if (!URL.canParse(peerUrl)) return {};
  const { hostname, port, protocol } = new URL(peerUrl);
  const usual = protocol === 'https:' ? 443 : 80;
  return { 'server.address': hostname, 'server.port': port === '' ? usual : Number(port) };
}
