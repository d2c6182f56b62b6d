import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { AttemptResult } from '../schedule/attempt.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';

/** Where the spans go. */
export interface TraceOptions {
  /** @default the one that the program has set up with OpenTelemetry; without one nothing is recorded */
  readonly tracer?: Tracer | undefined;
}

/**
 * A span `sync.run` around each run, and in it one `sync.attempt` around each attempt. A run that is stuck, or cut short
 * by a chart that failed, ends with an error that says so; one that was withdrawn, by a stop or a gate that held every peer,
 * ends with the outcome `withdrawn` and no error.
 *
 * @returns what ends the tracing; spans that are open then end as they are
 */
export function traceWorker(
  worker: Pick<SyncWorker, 'actor' | 'on'>,
  options: TraceOptions = {},
): () => void {
  const { tracer = trace.getTracer('infonet-sync-worker') } = options;
  // What ends where nothing began changes nothing.
  let run: Span | undefined;
  let attempt: Span | undefined;
  let attempts = 0;
  let unwatch: () => void = () => undefined;

  const leave = (): void => {
    attempt?.end();
    run?.end();
    attempt = undefined;
    run = undefined;
  };
  /** @param why undefined where that is no error */
  const endOpen = (outcome: string, why?: string): void => {
    for (const span of [attempt, run]) {
      span?.setAttribute('sync.outcome', outcome);
      if (why !== undefined) fail(span, why);
    }
    run?.setAttribute('sync.attempts', attempts);
    leave();
  };
  /** The worker tells of no end of a run that it stopped; its actor does. */
  const watchEnd = (): void => {
    unwatch();
    const subscription = worker.actor?.subscribe({
      complete: () => endOpen('cut short', 'the worker was stopped'),
      error: () => endOpen('cut short', 'the chart failed'),
    });
    unwatch = () => subscription?.unsubscribe();
  };
  const offs = [
    worker.on('run.started', () => {
      attempts = 0;
      // A root, whatever context the timer was set in: a run is no part of the request that happened to start the worker.
      run = tracer.startSpan('sync.run', { root: true }, ROOT_CONTEXT);
      watchEnd();
    }),
    worker.on('attempt.started', ({ peerUrl }) => {
      if (run === undefined) return;
      attempts += 1;
      const kind = SpanKind.CLIENT;
      const within = trace.setSpan(ROOT_CONTEXT, run);
      attempt = tracer.startSpan('sync.attempt', { kind, attributes: addressOf(peerUrl) }, within);
    }),
    worker.on('attempt.finished', ({ result }) => {
      describeAttempt(attempt, result);
      attempt?.end();
      attempt = undefined;
    }),
    worker.on('run.stuck', () => endOpen('stuck', 'stuck')),
    worker.on('run.finished', ({ state }) => {
      run?.setAttributes({
        'sync.outcome': state.lastOutcome,
        'sync.attempts': attempts,
        'sync.consecutive_failures': state.consecutiveFailures,
        'sync.next_due_at': state.nextSyncDueAt,
      });
      if (state.lastOutcome === 'error' || state.lastOutcome === 'fork') fail(run, state.lastError);
      leave();
    }),
    worker.on('run.withdrawn', () => endOpen('withdrawn')),
  ];
  return () => {
    for (const off of offs) off();
    unwatch();
    leave();
  };
}

function describeAttempt(attempt: Span | undefined, result: AttemptResult): void {
  attempt?.setAttribute('sync.outcome', result.outcome);
  if (result.outcome === 'error') {
    attempt?.setAttribute('sync.retry_after_seconds', result.retryAfterSeconds);
    // 0: it did not come to a status.
    if (result.status) attempt?.setAttribute('http.response.status_code', result.status);
  }
  if (result.outcome !== 'ok') fail(attempt, result.error);
}

function fail(span: Span | undefined, message: string): void {
  span?.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** Where the peer is, and no more of its URL. */
function addressOf(peerUrl: string): Record<string, string | number> {
  if (!URL.canParse(peerUrl)) return {};
  const { hostname, port, protocol } = new URL(peerUrl);
  const usual = protocol === 'https:' ? 443 : 80;
  return { 'server.address': hostname, 'server.port': port === '' ? usual : Number(port) };
}
