import { Registry } from 'prom-client';
import { waitOf } from '../explain/why.ts';
import { retryAfterUntil } from '../policy/peer-selection.ts';
import { safeText } from '../policy/safe-text.ts';
import { syncOutcomes } from '../policy/sync-worker-state.ts';
import { describe } from '../policy/wire-fields.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { timeOf } from '../worker/worker-time.ts';
import { countEvents, isMeasured } from './count-events.ts';
import { type GaugeReader, type Labels, metricsIn } from './metric-set.ts';
import type { ShownChain } from './worker-status.ts';

/** Options of `createWorkerMetrics()`. */
export interface WorkerMetricsOptions {
  /** Adds metrics for its height and for serving it. @default none */
  readonly chain?: Pick<ShownChain, 'count' | 'serving'> | undefined;
  /** Several workers can share one. @default a new one */
  readonly registry?: Registry | undefined;
  /**
   * Labels that split the series: `worker`, by `name`, and `peer`. Without labels workers are aggregated, so that the metrics of
   * 10,000 workers are as short as those of one. @default none
   */
  readonly labels?: readonly ('worker' | 'peer')[] | undefined;
  /** The value of the label `worker`, required with that label. @default '' */
  readonly name?: string | undefined;
}

/** The part of a worker that is measured. */
export type MeasuredWorker = Pick<SyncWorker, 'state' | 'peers' | 'why' | 'on'> &
  Partial<Pick<SyncWorker, 'actor' | 'isStarted'>>;

/** The metrics of one worker. */
export interface WorkerMetrics {
  readonly registry: Registry;
  /** Removes the listeners from the worker, and its series from the registry. */
  close(): void;
}

/**
 * Collects Prometheus metrics of a worker; all names start with `sync_worker_`. The series of a peer end when it leaves the list.
 * Like any listener of `storage.failed` and `fault`, the metrics silence the process warnings for these events: log them
 * yourself.
 *
 * @throws RangeError for an unknown label, or with the label `worker` for a missing or duplicate name; Error if another copy of
 * this package uses the registry
 */
export function createWorkerMetrics(
  worker: MeasuredWorker,
  options: WorkerMetricsOptions = {},
): WorkerMetrics {
  const { chain, registry = new Registry(), labels = [], name = '' } = options;
  const unknown = labels.find((label) => label !== 'worker' && label !== 'peer');
  if (unknown !== undefined)
    throw new RangeError(`labels has ${describe(unknown)}; allowed are worker and peer`);
  const metrics = metricsIn(registry);
  const isNamed = labels.includes('worker');
  const own: Labels = isNamed ? { worker: safeText(name, 200) } : {};
  if (isNamed && name === '') throw new RangeError('name is ""; the label worker requires a name');
  if (isNamed && metrics.workerNames.has(name)) {
    throw new RangeError(`The registry already has a worker named ${describe(name)}; give each its own name`);
  }
  if (isNamed) metrics.workerNames.add(name);
  const byPeer = labels.includes('peer');
  const reader = readerOf(worker, chain, byPeer);
  metrics.readers.set(reader, own);
  const stopCounting = countEvents(worker, { metrics, own, byPeer });
  return {
    registry,
    close: () => {
      if (!metrics.readers.delete(reader)) return;
      if (isNamed) metrics.workerNames.delete(name);
      stopCounting();
    },
  };
}

function readerOf(
  worker: MeasuredWorker,
  chain: WorkerMetricsOptions['chain'],
  byPeer: boolean,
): GaugeReader {
  return (set) => {
    const { state, peers } = worker;
    const { at, nextRunAt } = waitNow(worker);
    set('workers', 1);
    for (const outcome of syncOutcomes)
      set('state', outcome === state.lastOutcome ? 1 : 0, { state: outcome });
    set('due', state.lastOutcome === 'running' ? 0 : Math.max(0, nextRunAt - at));
    set('consecutiveFailures', state.consecutiveFailures);
    set('lastOk', state.lastSyncOkAt);
    for (const peer of peers) {
      if (!isMeasured(peer)) continue;
      const seconds = Math.max(0, retryAfterUntil(peer) - at);
      if (byPeer) set('retryAfter', seconds, { peer: peer.peerUrl });
      else set('retryAfter', seconds);
    }
    if (chain !== undefined) set('chainHeight', chain.count());
    for (const { private: isPrivate, requests, limited, events, connections } of chain?.serving?.() ?? []) {
      const listener = isPrivate ? 'private' : 'public';
      for (const [what, value] of Object.entries({ requests, limited, events, connections })) {
        set('served', value, { listener, what });
      }
    }
  };
}

/** The same as in `why()`, without the cost of explaining each peer. */
function waitNow({ actor, isStarted = false, why }: MeasuredWorker): {
  readonly at: number;
  readonly nextRunAt: number;
} {
  if (actor === undefined || !isStarted) return why();
  return { at: timeOf({ actor, why }), nextRunAt: waitOf(actor.getSnapshot().context).until };
}
