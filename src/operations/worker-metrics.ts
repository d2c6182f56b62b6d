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

/** Where the metrics of a worker go. */
export interface WorkerMetricsOptions {
  /** Its height is a metric, and what is served of it. @default none */
  readonly chain?: Pick<ShownChain, 'count' | 'serving'> | undefined;
  /** Several workers may share one. @default one of its own */
  readonly registry?: Registry | undefined;
  /**
   * What has series of its own: `worker`, each by its `name`, or `peer`. What has none is added up, so that the metrics of
   * 10,000 workers are no longer than those of one. @default none
   */
  readonly labels?: readonly ('worker' | 'peer')[] | undefined;
  /** The value of the label `worker`, where that is asked for. @default '' */
  readonly name?: string | undefined;
}

/** The part of a worker that is measured. */
export type MeasuredWorker = Pick<SyncWorker, 'state' | 'peers' | 'why' | 'on'> &
  Partial<Pick<SyncWorker, 'actor' | 'isStarted'>>;

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
 * @throws RangeError for a label that does not exist, or a name that is missing or taken where there is a label for it; Error if
 * another copy of this package uses the registry
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
  if (isNamed && name === '') throw new RangeError('name is ""; allowed with the label worker is a name');
  if (isNamed && metrics.workerNames.has(name)) {
    throw new RangeError(`The registry has a worker named ${describe(name)} already; give each its own name`);
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

/** As `why()` has it, without a look at each peer. */
function waitNow({ actor, isStarted = false, why }: MeasuredWorker): {
  readonly at: number;
  readonly nextRunAt: number;
} {
  if (actor === undefined || !isStarted) return why();
  return { at: timeOf({ actor, why }), nextRunAt: waitOf(actor.getSnapshot().context).until };
}
