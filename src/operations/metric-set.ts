import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Seconds: from an answer out of memory to the stuck limit. */
const DURATION_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** Sets a series of a gauge, as it is at this moment. */
export type Reading = (set: (value: number, labels?: Readonly<Record<string, string>>) => void) => void;

/** What a worker says when the gauges are read. */
export interface GaugeReadings {
  readonly state: Reading;
  readonly due: Reading;
  readonly consecutiveFailures: Reading;
  readonly lastOk: Reading;
  readonly retryAfter: Reading;
  readonly chainHeight: Reading;
  readonly served: Reading;
}

/** The metrics of all workers of one registry. */
export interface MetricSet {
  readonly runs: Counter<'worker' | 'outcome'>;
  readonly attempts: Counter<'worker' | 'peer' | 'outcome'>;
  readonly attemptSeconds: Histogram<'worker' | 'outcome'>;
  readonly retryAfters: Counter<'worker' | 'peer'>;
  readonly storageFailures: Counter<'worker'>;
  readonly faults: Counter<'worker'>;
  /** By the name of the worker; '' for one without. */
  readonly sources: Map<string, GaugeReadings>;
}

const known = new WeakMap<Registry, MetricSet>();

/** The metrics in a registry; the first worker puts them there. */
export function metricsIn(registry: Registry): MetricSet {
  const there = known.get(registry);
  // A registry that was cleared meanwhile has them no longer.
  if (there !== undefined && registry.getSingleMetric(RUNS) === there.runs) return there;
  const made = createMetrics(registry);
  known.set(registry, made);
  return made;
}

const RUNS = 'sync_worker_runs_total';

function createMetrics(registry: Registry): MetricSet {
  const registers = [registry];
  const sources = new Map<string, GaugeReadings>();
  const counter = <Label extends string>(name: string, help: string, labels: readonly Label[]) =>
    new Counter({ name, help, labelNames: ['worker', ...labels], registers });
  /** Read when it is asked for. What is not set then, such as a peer that is gone, has no series. */
  const gauge = (
    name: string,
    help: string,
    labels: readonly string[],
    of: (readings: GaugeReadings) => Reading,
  ) =>
    new Gauge({
      name,
      help,
      labelNames: ['worker', ...labels],
      registers,
      collect() {
        this.reset();
        for (const [worker, readings] of sources) {
          of(readings)((value, own) => this.set({ ...own, ...workerLabel(worker) }, value));
        }
      },
    });

  gauge('sync_worker_state', '1 for the state the worker is in, 0 for all others', ['state'], (r) => r.state);
  gauge(
    'sync_worker_due_in_seconds',
    'Seconds until the next run may begin; 0 when it is due or under way',
    [],
    (r) => r.due,
  );
  gauge(
    'sync_worker_consecutive_failures',
    'Failed runs since the last good one',
    [],
    (r) => r.consecutiveFailures,
  );
  gauge(
    'sync_worker_last_ok_timestamp_seconds',
    'When a run last ended well, in Unix seconds; 0: never',
    [],
    (r) => r.lastOk,
  );
  gauge(
    'sync_worker_retry_after_seconds',
    'Seconds for which the Retry-After of a peer still runs and is honoured; 0: none',
    ['peer'],
    (r) => r.retryAfter,
  );
  gauge('sync_worker_chain_height', 'Events in the chain', [], (r) => r.chainHeight);
  gauge(
    'sync_worker_serving',
    'Of each listener that serves the chain: requests, limited ones among them, and events since it was opened; connections now',
    ['listener', 'what'],
    (r) => r.served,
  );
  return {
    sources,
    runs: counter(RUNS, 'Runs by outcome', ['outcome']),
    attempts: counter('sync_worker_attempts_total', 'Attempts by peer and outcome', ['peer', 'outcome']),
    retryAfters: counter(
      'sync_worker_retry_after_answers_total',
      'Answers of a peer that carried a Retry-After to honour',
      ['peer'],
    ),
    storageFailures: counter('sync_worker_storage_failures_total', 'Saves that failed', []),
    faults: counter('sync_worker_faults_total', 'Listeners that threw, and charts started again', []),
    attemptSeconds: new Histogram({
      name: 'sync_worker_attempt_duration_seconds',
      help: 'How long attempts took; one that was stuck or cut short has no end and is not in it',
      labelNames: ['worker', 'outcome'],
      buckets: DURATION_BUCKETS,
      registers,
    }),
  };
}

/** No label at all for a worker without a name. */
export function workerLabel(name: string): { readonly worker?: string } {
  return name === '' ? {} : { worker: name };
}
