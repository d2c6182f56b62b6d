import type { WorkerClock } from '../clock/worker-clock.ts';
import type { SyncPolicy, SyncPolicyOptions } from '../policy/sync-policy.ts';
import type { WorkerContext } from '../schedule/worker-context.ts';
import type { FleetEvent } from './fleet-events.ts';
import type { FleetSyncFunction } from './fleet-sync.ts';
import type { FleetKeys } from './store/keys.ts';
import type { FleetStore } from './store/store.ts';
import type { StoreGates } from './store-gate.ts';

/** What a look needs. */
export interface LookParts {
  readonly store: FleetStore;
  readonly keys: FleetKeys;
  readonly gates: StoreGates;
  readonly sync: FleetSyncFunction;
  readonly policy: SyncPolicy;
  /** The store's time. */
  readonly clock: Required<WorkerClock>;
  readonly random: () => number;
  readonly fresh: () => string;
  readonly emit: (event: FleetEvent) => void;
  /** Milliseconds by which a worker's alarm rings after its due second, so that not all ring at once. */
  readonly spread: (id: string) => number;
  /** Aborts the run under way, and withdraws it. */
  readonly signal: AbortSignal;
  /** Aborted when the process gives up on writes that the store has not acknowledged. */
  readonly end: AbortSignal;
}

/** What the operators' events make of a record: the worker's context, and the policy options of its own. */
export interface Changes {
  readonly context: WorkerContext;
  readonly policy: SyncPolicyOptions;
}
