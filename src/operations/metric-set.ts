import { setImmediate } from 'node:timers/promises';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import manifest from '../../package.json' with { type: 'json' };

/** In seconds, from an answer from memory to the stuck limit. */
const DURATION_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** Workers read in one turn of the event loop, so that a scrape of thousands does not block it. */
const WORKERS_A_TURN = 250;

interface GaugeKind {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Combines the values of several workers with the same labels. */
  readonly combine: (a: number, b: number) => number;
}

const sum = (a: number, b: number): number => a + b;

export type GaugeName =
  | 'workers'
  | 'state'
  | 'due'
  | 'consecutiveFailures'
  | 'lastOk'
  | 'retryAfter'
  | 'chainHeight'
  | 'served';

const gaugeKinds: Readonly<Record<GaugeName, GaugeKind>> = {
  workers: { name: 'sync_worker_workers', help: 'Measured workers', labels: [], combine: sum },
  state: {
    name: 'sync_worker_state',
    help: 'Workers in each state; for a single worker 1 for its state, 0 for all others',
    labels: ['state'],
    combine: sum,
  },
  due: {
    name: 'sync_worker_due_in_seconds',
    help: 'Seconds until the next run may start, 0 when it is due or under way; the minimum over workers',
    labels: [],
    combine: Math.min,
  },
  consecutiveFailures: {
    name: 'sync_worker_consecutive_failures',
    help: 'Failed runs since the last good one; the maximum over workers',
    labels: [],
    combine: Math.max,
  },
  lastOk: {
    name: 'sync_worker_last_ok_timestamp_seconds',
    help: 'When a run last ended well, in Unix seconds, 0: never; the earliest over workers',
    labels: [],
    combine: Math.min,
  },
  retryAfter: {
    name: 'sync_worker_retry_after_seconds',
    help: 'Seconds left of the Retry-After of a peer, 0: none; the maximum over peers or workers',
    labels: ['peer'],
    combine: Math.max,
  },
  chainHeight: {
    name: 'sync_worker_chain_height',
    help: 'Events in the chain; the maximum over workers',
    labels: [],
    combine: Math.max,
  },
  served: {
    name: 'sync_worker_serving',
    help: 'Per listener that serves the chain: requests, rate-limited requests and events since it was opened; current connections',
    labels: ['listener', 'what'],
    combine: sum,
  },
};

export type Labels = Readonly<Record<string, string>>;

/** Sets the current gauges of one worker. A gauge that is not set has no series. */
export type GaugeReader = (set: (gauge: GaugeName, value: number, labels?: Labels) => void) => void;

/** The metrics of all workers of one registry. */
export interface MetricSet {
  readonly runs: Counter;
  readonly attempts: Counter;
  readonly attemptSeconds: Histogram;
  readonly retryAfters: Counter;
  readonly storageFailures: Counter;
  readonly faults: Counter;
  /** The readers, each with the labels of its series. */
  readonly readers: Map<GaugeReader, Labels>;
  /** Values of the label `worker` in use. */
  readonly workerNames: Set<string>;
  /**
   * Creates a series, a counter at 0, and keeps it until all its holders have released it. A series that appeared only with its
   * first count would hide that increase.
   */
  hold(metric: Counter | Histogram, labels: Labels): () => void;
}

const known = new WeakMap<Registry, MetricSet>();
const RUNS = 'sync_worker_runs_total';

/**
 * The metrics of a registry, registered by the first worker.
 *
 * @throws Error if another copy of this package has registered its own there
 */
export function metricsIn(registry: Registry): MetricSet {
  const found = registry.getSingleMetric(RUNS);
  const ours = known.get(registry);
  // The registry may have been cleared meanwhile.
  if (ours !== undefined && found === ours.runs) return ours;
  if (found !== undefined) {
    throw new Error(
      `The registry already has ${RUNS} of another copy or version of infonet-sync-worker; give each copy its own registry (and join them with Registry.merge), or install the package once`,
    );
  }
  const made = createMetrics(registry);
  known.set(registry, made);
  return made;
}

function createMetrics(registry: Registry): MetricSet {
  const registers = [registry];
  const counter = (name: string, help: string, labels: readonly string[]): Counter =>
    new Counter({ name, help, labelNames: ['worker', ...labels], registers });
  const readers = new Map<GaugeReader, Labels>();
  createGauges(registry, readers);
  createBuildInfo(registry, readers);
  const holders = new Map<Counter | Histogram, Map<string, number>>();
  return {
    readers,
    workerNames: new Set(),
    runs: counter(RUNS, 'Runs by outcome', ['outcome']),
    attempts: counter('sync_worker_attempts_total', 'Attempts by outcome', ['peer', 'outcome']),
    retryAfters: counter('sync_worker_retry_after_answers_total', 'Answers with a Retry-After', ['peer']),
    storageFailures: counter('sync_worker_storage_failures_total', 'Saves that failed', []),
    faults: counter('sync_worker_faults_total', 'Listeners that threw, and charts that were restarted', []),
    attemptSeconds: new Histogram({
      name: 'sync_worker_attempt_duration_seconds',
      help: 'How long attempts took; attempts that were stuck or cut short are not counted',
      labelNames: ['worker', 'outcome'],
      buckets: DURATION_BUCKETS,
      registers,
    }),
    hold: (metric, labels) => {
      const held = holders.get(metric) ?? new Map<string, number>();
      holders.set(metric, held);
      const key = JSON.stringify(labels);
      held.set(key, (held.get(key) ?? 0) + 1);
      if (metric instanceof Counter) metric.inc(labels, 0);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        const left = (held.get(key) ?? 0) - 1;
        held.set(key, left);
        if (left === 0) metric.remove(labels);
      };
    },
  };
}

/** The gauges are read at a scrape, all in one pass over the workers. */
function createGauges(registry: Registry, readers: MetricSet['readers']): void {
  const names = Object.keys(gaugeKinds) as GaugeName[];
  let passing: Promise<void> | undefined;
  const collect = (): Promise<void> => {
    passing ??= pass().finally(() => {
      passing = undefined;
    });
    return passing;
  };
  const gauges = names.map((gauge) => {
    const { name, help, labels } = gaugeKinds[gauge];
    const labelNames = ['worker', ...labels];
    return { gauge, made: new Gauge({ name, help, labelNames, registers: [registry], collect }) };
  });
  const pass = async (): Promise<void> => {
    const totals = new Map(
      names.map((gauge) => [gauge, new Map<string, { labels: Labels; value: number }>()]),
    );
    let count = 0;
    for (const [read, own] of [...readers]) {
      const owner = own['worker'] ?? '';
      read((gauge, value, labels) => {
        const key = labels === undefined ? owner : `${owner}\n${Object.values(labels).join('\n')}`;
        const series = totals.get(gauge);
        const total = series?.get(key);
        if (total === undefined) series?.set(key, { labels: { ...labels, ...own }, value });
        else total.value = gaugeKinds[gauge].combine(total.value, value);
      });
      count += 1;
      if (count % WORKERS_A_TURN === 0) await setImmediate();
    }
    for (const { gauge, made } of gauges) {
      made.reset();
      for (const { labels, value } of totals.get(gauge)?.values() ?? []) made.set(labels, value);
    }
  };
}

/** An info metric for joins in Prometheus. It exists as long as there is a worker. */
function createBuildInfo(registry: Registry, readers: MetricSet['readers']): void {
  new Gauge({
    name: 'sync_worker_build_info',
    help: 'The version of infonet-sync-worker, and of Node; always 1',
    labelNames: ['version', 'node'],
    registers: [registry],
    collect() {
      this.reset();
      if (readers.size > 0) this.set({ version: manifest.version, node: process.versions.node }, 1);
    },
  });
}
