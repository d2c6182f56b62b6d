import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { AttemptResult } from '../schedule/attempt.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';

/** Options of `traceWorker()`. */
export interface TraceOptions {
  /** @default the tracer that the program has set up with OpenTelemetry; without one nothing is recorded */
  readonly tracer?: Tracer | undefined;
}

/**
 * Records a span `sync.run` for each run, and in it a span `sync.attempt` for each attempt. A run that is stuck or that a failed
 * chart cuts short ends with an error that says so. A withdrawn run (by a stop, or a gate that held every peer) ends with the
 * outcome `withdrawn` and without an error.
 *
 * @returns a function that stops the tracing and ends open spans as they are
 */
export function traceWorker(
  worker: Pick<SyncWorker, 'actor' | 'on'>,
  options: TraceOptions = {},
): () => void {
  const { tracer = trace.getTracer('infonet-sync-worker') } = options;
  // Undefined outside of a run or an attempt. Events of a run that started before the tracing are ignored.
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
  /** @param why the error; undefined if there is none */
  const endOpen = (outcome: string, why?: string): void => {
    for (const span of [attempt, run]) {
      span?.setAttribute('sync.outcome', outcome);
      if (why !== undefined) fail(span, why);
    }
    run?.setAttribute('sync.attempts', attempts);
    leave();
  };
  /** The worker emits no event for a run that is cut short, so watch its actor. */
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
      // Always a root span: a run is not part of the request in whose context the worker happened to be started.
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
    // 0 if there was no HTTP status.
    if (result.status) attempt?.setAttribute('http.response.status_code', result.status);
  }
  if (result.outcome !== 'ok') fail(attempt, result.error);
}

function fail(span: Span | undefined, message: string): void {
  span?.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** Host and port of the peer, without the rest of its URL. */
function addressOf(peerUrl: string): Record<string, string | number> {
  if (!URL.canParse(peerUrl)) return {};
  const { hostname, port, protocol } = new URL(peerUrl);
  const usual = protocol === 'https:' ? 443 : 80;
  return { 'server.address': hostname, 'server.port': port === '' ? usual : Number(port) };
}
