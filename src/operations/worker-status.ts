import type { Why } from '../explain/why.ts';
import type { GateSummary } from '../infonet/gate-summary.ts';
import type { ServingStatus } from '../infonet/serve/serving-status.ts';
import { peerToWire } from '../policy/peer-wire.ts';
import { type SyncWorkerStateWire, toWire } from '../policy/sync-worker-state-wire.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';

/** What a worker shows of itself: the same on the command line, over HTTP, and in the inspector's page. */
export interface WorkerStatus {
  /** The ten fields, under their wire names. */
  readonly state: SyncWorkerStateWire;
  /** Under their wire names. */
  readonly peers: readonly Readonly<Record<string, unknown>>[];
  /** Null where no chain is known. */
  readonly chain: ChainStatus | null;
  /** The listeners that serve the chain to others; none where it is not served. */
  readonly serving: readonly ServingStatus[];
  /** The gates on the chain that were seen last, at most 100; none where they are not tracked. */
  readonly gates: readonly GateSummary[];
  readonly why: Why;
}

/** How far a chain has come. */
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
  /** The listeners that serve it, where there are any. */
  serving?(): readonly ServingStatus[];
  /** Its gates, where they are tracked. */
  gates?(): readonly GateSummary[];
}

/** Anybody can make up gates. */
const MAX_GATES = 100;

/** What there is to see of a chain at this moment. */
export function viewOfChain(chain: ShownChain): ChainView {
  return {
    head: chain.head(),
    count: chain.count(),
    serving: chain.serving?.() ?? [],
    gates: chain.gates?.().slice(0, MAX_GATES) ?? [],
  };
}

/** The status of a worker, and of the chain it pulls to, at this moment. */
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
