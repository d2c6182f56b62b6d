import type { AnyActorScope, Snapshot } from 'xstate';
import type {
  SyncWorkerChart,
  SyncWorkerMachine,
  SyncWorkerPorts,
} from '../../machines/sync-worker.contract.ts';
import { createSyncWorkerChart } from '../../machines/sync-worker.machine.ts';
import { safeReadings } from '../clock/safe-readings.ts';
import { systemNow, systemRandom, systemReport } from '../clock/system-ports.ts';
import { asError } from '../policy/thrown.ts';
import type { WorkerContext } from '../schedule/worker-context.ts';

/** The ports of a machine, each with a default. */
export interface SyncWorkerMachineOptions extends Partial<SyncWorkerPorts> {
  /**
   * Called when `now` or `random` throws or returns no valid number, and when the snapshot of a child cannot be used.
   * @default a process warning
   */
  readonly report?: (error: Error) => void;
}

/**
 * The chart of a sync worker, by default with the system's clock and randomness. Without a `sync` function every attempt
 * fails until an actor is provided: `machine.provide({ actors: { attempt } })`.
 *
 * If waits must survive sleep and clock changes, give the actor a wall clock:
 * `createActor(machine, { clock: createWallClock(systemClock) })`. A snapshot of `getPersistedSnapshot()` is not resumed: it
 * restarts the worker from the ten fields, the peers and the policy.
 */
export function createSyncWorkerMachine(options: SyncWorkerMachineOptions = {}): SyncWorkerMachine {
  const { sync = mustBeProvided, report = systemReport } = options;
  const readings = safeReadings({
    now: options.now ?? systemNow,
    random: options.random ?? systemRandom,
    report,
  });
  // The public type hides the chart's internal events. The cast is safe: the chart accepts every public event.
  return beginAnew(createSyncWorkerChart({ sync, ...readings }), report) as unknown as SyncWorkerMachine;
}

/** The machine with the system's clock, for inspection and for `provide()` with your own `attempt`. */
export const syncWorkerMachine: SyncWorkerMachine = createSyncWorkerMachine();

/**
 * XState does not restart the timers of a restored snapshot, nor guard an invoked promise (statelyai/xstate#5331), so a
 * restored worker would never run again or would ask twice. Instead its ten fields, peers and policy start a new worker, as
 * after a restart; this also holds for a child actor, and after `provide()`.
 */
function beginAnew(machine: SyncWorkerChart, report: (error: Error) => void): SyncWorkerChart {
  const provide = machine.provide.bind(machine);
  machine.provide = (implementations) => beginAnew(provide(implementations), report);
  const restore = machine.restoreSnapshot.bind(machine);
  machine.restoreSnapshot = (snapshot: Snapshot<unknown>, scope: AnyActorScope) => {
    if (snapshot.status !== 'active') return restore(snapshot, scope);
    try {
      const { worker: state, peers, policy } = contextOf(snapshot);
      return machine.getInitialSnapshot(scope, { state, peers, policy });
    } catch (error) {
      // XState does not notify a parent that its restored child failed.
      if (scope.self._parent !== undefined) report(asError(error));
      throw error;
    }
  };
  return machine;
}

function contextOf(snapshot: Snapshot<unknown>): WorkerContext {
  const context = 'context' in snapshot ? snapshot.context : undefined;
  if (typeof context === 'object' && context !== null && 'worker' in context && 'peers' in context) {
    return context as WorkerContext;
  }
  throw new TypeError(
    'The snapshot is not of a sync worker: it has no context.worker and context.peers. To start from a saved state, pass ' +
      'input: { state, peers } to createActor() instead',
  );
}

function mustBeProvided(): never {
  throw new Error('sync must be provided');
}
