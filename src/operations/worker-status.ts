import type { Why } from '../explain/why.ts';
import type { GateSummary } from '../infonet/gate-summary.ts';
import type { ServingStatus } from '../infonet/serve/serving-status.ts';
import { peerToWire } from '../policy/peer-wire.ts';
import { type SyncWorkerStateWire, toWire } from '../policy/sync-worker-state-wire.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';

/** The status of a worker: the same on the command line, over HTTP, and in the inspector's page. */
export interface WorkerStatus {
  /** The ten fields, under their wire names. */
  readonly state: SyncWorkerStateWire;
  /** The peers, under their wire names. */
  readonly peers: readonly Readonly<Record<string, unknown>>[];
  /** Null if no chain is known. */
  readonly chain: ChainStatus | null;
  /** The listeners that serve the chain; empty if it is not served. */
  readonly serving: readonly ServingStatus[];
  /** The most recently seen gates on the chain, at most 100; empty if they are not tracked. */
  readonly gates: readonly GateSummary[];
  readonly why: Why;
}

/** The head and the height of a chain. */
export interface ChainStatus {
  /** The id of the newest event; '' if there is none. */
  readonly head: string;
  /** How many events there are. */
  readonly count: number;
}

/** What is shown of a chain, and of its service to others. */
export interface ChainView extends ChainStatus, Pick<WorkerStatus, 'serving' | 'gates'> {}

/** The part of a chain store that is shown. */
export interface ShownChain {
  head(): string;
  count(): number;
  /** The listeners that serve it. */
  serving?(): readonly ServingStatus[];
  /** Its gates, if they are tracked. */
  gates?(): readonly GateSummary[];
}

/** Limits the list, because anybody can invent gates. */
const MAX_GATES = 100;

/** The current state of a chain, for the page. */
export function viewOfChain(chain: ShownChain): ChainView {
  return {
    head: chain.head(),
    count: chain.count(),
    serving: chain.serving?.() ?? [],
    gates: chain.gates?.().slice(0, MAX_GATES) ?? [],
  };
}

/** The current status of a worker and of the chain that it pulls. */
export function statusOf(
  worker: Pick<SyncWorker, 'state' | 'peers' | 'why'>,
  chain?: ShownChain,
): WorkerStatus {
  const view = chain && viewOfChain(chain);
  return {
    state: toWire(worker.state),
    peers: worker.peers.map(peerToWire),
    chain: view === undefined ? null : { head: view.head, count: view.count },
    serving: view?.serving ?? [],
    gates: view?.gates ?? [],
    why: worker.why(),
  };
}
