import { type ActorOptions, type AnyActorRef, createActor } from 'xstate';
import type { SyncWorkerActor, SyncWorkerMachine } from '../../machines/sync-worker.contract.ts';
import type { WallClock } from '../clock/wall-clock.ts';
import { MIN_RUN_GAP_SECONDS } from '../policy/sync-policy.ts';
import type { SyncFunction } from '../schedule/attempt.ts';
import type { WorkerInput } from '../schedule/worker-context.ts';
import type { ChartEvent, SyncWorkerEmitted } from '../schedule/worker-events.ts';
import { createSyncWorkerMachine } from './sync-worker-machine.ts';

/** The `inspect` option of XState's `createActor`. */
export type Inspect = NonNullable<ActorOptions<SyncWorkerMachine>['inspect']>;

/** Runs the actor of one worker, and restarts it if its chart fails. */
export interface WorkerActor {
  /** Undefined before the first start. */
  readonly current: SyncWorkerActor | undefined;
  begin(input: WorkerInput): void;
  send(event: ChartEvent): void;
  /** Stops the actor, and cancels a restart that is due. */
  end(): void;
}

export interface WorkerActorOptions {
  readonly clock: WallClock;
  readonly random: () => number;
  readonly sync: SyncFunction;
  readonly inspect: Inspect | undefined;
  readonly onEvent: (event: SyncWorkerEmitted) => void;
  /** Called when the chart fails; returns the input to restart it with. */
  readonly onFailure: (error: unknown) => WorkerInput;
}

export function createWorkerActor(options: WorkerActorOptions): WorkerActor {
  const { clock, random, sync, inspect, onEvent, onFailure } = options;
  const machine = sharedMachine(clock, random);
  let current: SyncWorkerActor | undefined;
  let revival: unknown;
  /** Events sent after the chart failed; the restarted chart gets them. */
  let waiting: ChartEvent[] = [];

  // The cast lets internal events through, which the public actor type hides.
  const give = (event: ChartEvent): void => (current as Pick<AnyActorRef, 'send'> | undefined)?.send(event);
  const begin = (input: WorkerInput): void => {
    const actor: SyncWorkerActor = createActor(machine, {
      clock,
      input,
      ...(inspect === undefined ? {} : { inspect }),
    });
    current = actor;
    syncOf.set(actor, sync);
    actor.on('*', onEvent);
    actor.subscribe({
      error: (error) => {
        const next = onFailure(error);
        revival = clock.setTimeout(() => begin(next), MIN_RUN_GAP_SECONDS * 1000);
      },
    });
    actor.start();
    for (const event of waiting.splice(0)) give(event);
  };

  return {
    get current() {
      return current;
    },
    begin,
    send: (event) => {
      if (current?.getSnapshot().status === 'error') waiting.push(event);
      else give(event);
    },
    end: () => {
      clock.clearTimeout(revival);
      waiting = [];
      current?.stop();
    },
  };
}

/** The sync function of each worker: one machine serves many workers. */
const syncOf = new WeakMap<AnyActorRef, SyncFunction>();
const machines = new WeakMap<WallClock, WeakMap<() => number, SyncWorkerMachine>>();

/** One machine for all workers with the same clock and random source; a machine costs more than a worker. */
function sharedMachine(clock: WallClock, random: () => number): SyncWorkerMachine {
  const ofClock = machines.get(clock) ?? new WeakMap<() => number, SyncWorkerMachine>();
  machines.set(clock, ofClock);
  const known = ofClock.get(random);
  if (known !== undefined) return known;
  const machine = createSyncWorkerMachine({
    now: () => clock.now() / 1000,
    random,
    sync: (peer, given) => {
      const sync = syncOf.get(given.worker);
      if (sync === undefined) throw new Error('sync must be provided');
      return sync(peer, given);
    },
  });
  ofClock.set(random, machine);
  return machine;
}
