import { type Tracer, trace } from '@opentelemetry/api';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { createRunSpans } from './run-spans.ts';

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
  const spans = createRunSpans(tracer);
  let unwatch: () => void = () => undefined;

  /** The worker tells of no end of a run that it stopped; its actor does. */
  const watchEnd = (): void => {
    unwatch();
    const subscription = worker.actor?.subscribe({
      complete: () => spans.cutShort('the worker was stopped'),
      error: () => spans.cutShort('the chart failed'),
    });
    unwatch = () => subscription?.unsubscribe();
  };
  const offs = [
    worker.on('run.started', () => {
      spans.beginRun();
      watchEnd();
    }),
    worker.on('attempt.started', ({ peerUrl }) => spans.beginAttempt(peerUrl)),
    worker.on('attempt.finished', ({ result }) => spans.endAttempt(result)),
    worker.on('run.stuck', () => spans.cutShort('stuck', 'stuck')),
    worker.on('run.finished', ({ state }) => spans.endRun(state)),
    worker.on('run.withdrawn', () => spans.withdraw()),
  ];
  return () => {
    for (const off of offs) off();
    unwatch();
    spans.leave();
  };
}
