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
   * Called when `now` or `random` throws or gives no number, and when a snapshot of a child cannot be used.
   * @default a process warning
   */
  readonly report?: (error: Error) => void;
}

/**
 * The chart of a sync worker on the system's clock and randomness, or on those that are given. A machine without a `sync`
 * function fails every attempt until one is provided: `machine.provide({ actors: { attempt } })`.
 *
 * Give the actor a clock (`createActor(machine, { clock: createWallClock(systemClock) })`) where waits have to survive sleep
 * and clock changes. A snapshot of `getPersistedSnapshot()` begins a new life with what it remembers.
 */
export function createSyncWorkerMachine(options: SyncWorkerMachineOptions = {}): SyncWorkerMachine {
  const { sync = mustBeProvided, report = systemReport } = options;
  const readings = safeReadings({
    now: options.now ?? systemNow,
    random: options.random ?? systemRandom,
    report,
  });
  // Users of the machine neither send nor see the chart's internal events; a chart that takes more events takes these.
  return beginAnew(createSyncWorkerChart({ sync, ...readings }), report) as unknown as SyncWorkerMachine;
}

/** The machine on the system's clock, to look at and to provide an `attempt` to. */
export const syncWorkerMachine: SyncWorkerMachine = createSyncWorkerMachine();

/**
 * XState neither sets the timers of a restored snapshot again nor guards an invoked promise (statelyai/xstate#5331): such a
 * worker would never run again, or ask twice. So a snapshot is not restored: its ten fields, peers and policy begin a new
 * life, as after a restart, also where the worker is somebody's child, and after `provide()`.
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
      // XState does not tell a parent that its restored child failed.
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
    'The snapshot is none of a sync worker: it has no context.worker and context.peers. To begin from what was saved, give ' +
      'input: { state, peers } to createActor() instead',
  );
}

function mustBeProvided(): never {
  throw new Error('sync must be provided');
}
