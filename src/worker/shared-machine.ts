import type { AnyActorRef } from 'xstate';
import type { SyncWorkerMachine } from '../../machines/sync-worker.contract.ts';
import { createSyncWorkerMachine } from '../../machines/sync-worker.machine.ts';
import type { WorkerClock } from '../clock/worker-clock.ts';
import type { SyncFunction } from '../schedule/attempt.ts';

/** Which worker's sync function an attempt is to call: one machine serves many workers. */
const syncOf = new WeakMap<AnyActorRef, SyncFunction>();
const machines = new WeakMap<WorkerClock, WeakMap<() => number, SyncWorkerMachine>>();

/** The one machine for all workers of a clock and a random source; a machine for each would cost more than they do. */
export function sharedMachine(clock: WorkerClock, random: () => number): SyncWorkerMachine {
  const ofClock = machines.get(clock) ?? new WeakMap<() => number, SyncWorkerMachine>();
  machines.set(clock, ofClock);
  const known = ofClock.get(random);
  if (known !== undefined) return known;
  const machine = createSyncWorkerMachine({
    now: () => clock.now() / 1000,
    random,
    sync: (peer, options) => {
      const sync = syncOf.get(options.worker);
      if (sync === undefined) throw new Error('sync must be provided');
      return sync(peer, options);
    },
  });
  ofClock.set(random, machine);
  return machine;
}

/** Makes an actor's attempts call this function. */
export function attachSync(actor: AnyActorRef, sync: SyncFunction): void {
  syncOf.set(actor, sync);
}
