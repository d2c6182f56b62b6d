import { Registry } from 'prom-client';
import { retryAfterUntil } from '../policy/peer-selection.ts';
import { type SyncWorkerState, syncOutcomes } from '../policy/sync-worker-state.ts';
import { describe } from '../policy/wire-fields.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { countNotifications } from './count-told.ts';
import { type GaugeReadings, metricsIn } from './metric-set.ts';
import { isShownPeer } from './shown-peers.ts';
import type { ShownChain } from './worker-status.ts';

/** Where the metrics of a worker go. */
export interface WorkerMetricsOptions {
  /** Its height is a metric, and what is served of it. @default none */
  readonly chain?: Pick<ShownChain, 'count' | 'serving'> | undefined;
  /** Several workers may share one, each with a `name`. @default one of its own */
  readonly registry?: Registry | undefined;
  /** The label `worker` of each series. @default no such label */
  readonly name?: string | undefined;
}

/** The part of a worker that is measured. */
export type MeasuredWorker = Pick<SyncWorker, 'state' | 'peers' | 'why' | 'on'>;

/** The metrics of one worker. */
export interface WorkerMetrics {
  readonly registry: Registry;
  /** Takes the listeners off the worker, and its series out of the registry. */
  close(): void;
}

/**
 * Counts what a worker does, for Prometheus; all names begin with `sync_worker_`. A peer that leaves the list takes its
 * series along. As with any listener of `storage.failed` and `fault`, they are no warnings of the process any more: log
 * them yourself.
 *
 * @throws RangeError if the registry has a worker of this name already
 */
export function createWorkerMetrics(
  worker: MeasuredWorker,
  options: WorkerMetricsOptions = {},
): WorkerMetrics {
  const { chain, registry = new Registry(), name = '' } = options;
  const metrics = metricsIn(registry);
  if (metrics.sources.has(name)) {
    throw new RangeError(`The registry has a worker named ${describe(name)} already; give each its own name`);
  }
  metrics.sources.set(name, readingsOf(worker, chain));
  const stopCounting = countNotifications(worker, metrics, name);
  return {
    registry,
    close: () => {
      if (!metrics.sources.delete(name)) return;
      stopCounting();
    },
  };
}

function readingsOf(worker: MeasuredWorker, chain: WorkerMetricsOptions['chain']): GaugeReadings {
  const state = (): SyncWorkerState => worker.state;
  return {
    state: (set) => {
      for (const outcome of syncOutcomes) set(outcome === state().lastOutcome ? 1 : 0, { state: outcome });
    },
    due: (set) => {
      const { at, nextRunAt } = worker.why();
      set(state().lastOutcome === 'running' ? 0 : Math.max(0, nextRunAt - at));
    },
    consecutiveFailures: (set) => set(state().consecutiveFailures),
    lastOk: (set) => set(state().lastSyncOkAt),
    retryAfter: (set) => {
      const { at } = worker.why();
      for (const peer of worker.peers.filter(isShownPeer)) {
        set(Math.max(0, retryAfterUntil(peer) - at), { peer: peer.peerUrl });
      }
    },
    served: (set) => {
      for (const { private: isPrivate, requests, limited, events, connections } of chain?.serving?.() ?? []) {
        const listener = isPrivate ? 'private' : 'public';
        for (const [what, value] of Object.entries({ requests, limited, events, connections })) {
          set(value, { listener, what });
        }
      }
    },
    chainHeight: (set) => {
      if (chain !== undefined) set(chain.count());
    },
  };
}
