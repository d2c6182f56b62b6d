import { systemClock } from '../clock/system-clock.ts';
import type { WorkerClock } from '../clock/worker-clock.ts';
import { messageOf, readField } from '../policy/thrown.ts';
import type { Alarms } from './alarm.ts';
import { FleetError } from './fleet-errors.ts';
import type { FleetEvent } from './fleet-events.ts';
import type { FleetSettings } from './fleet-options.ts';
import type { FleetKeys } from './store/keys.ts';
import { createStore, type FleetStore } from './store/store.ts';
import { createStoreGates, type StoreGates } from './store-gate.ts';

/** The parts of a fleet that talk to Redis. */
export interface Engine {
  readonly store: FleetStore;
  readonly gates: StoreGates;
  readonly alarms: Alarms;
  /** The store's time. */
  readonly clock: Required<WorkerClock>;
}

export interface EngineOptions extends Pick<FleetSettings, 'connection' | 'perPeer'> {
  readonly keys: FleetKeys;
  readonly process: string;
  readonly monotonic: () => number;
  readonly fresh: () => string;
  readonly emit: (event: FleetEvent) => void;
  readonly fault: (error: unknown) => void;
  /** Aborted when the process gives up on writes that the store has not acknowledged. */
  readonly end: AbortSignal;
}

/** Loads the two packages that only a fleet needs, without connecting. @throws FleetError if one is not installed */
export async function loadEngine(options: EngineOptions): Promise<Engine> {
  const { connection, perPeer, keys, process, monotonic, fresh, emit, fault, end } = options;
  const { connectStore, connectEngine } = await import('./store/connect.ts').catch(explainMissing);
  const { createBullAlarms } = await import('./bullmq-alarms.ts').catch(explainMissing);
  const store = createStore({
    redis: connectStore(connection),
    keys,
    process,
    monotonic,
    fresh,
    events: {
      down: (error) => emit({ type: 'store.down', error }),
      up: () => emit({ type: 'store.up' }),
      forgot: (until) => {
        emit({ type: 'store.forgot', until: until / 1000 });
        gates.replay().catch(fault);
      },
      stepped: (seconds) => emit({ type: 'clock.stepped', seconds }),
    },
  });
  const gates = createStoreGates({ store, keys, perPeer, monotonic, end });
  const alarms = createBullAlarms({
    prefix: keys.prefix,
    redis: connectEngine(connection),
    now: store.time.now,
    // While the store is away, BullMQ reports it every second or two; `store.down` reports it once.
    report: (error) => {
      if (store.isUp) fault(error);
    },
  });
  const { setTimeout, clearTimeout } = systemClock;
  return { store, gates, alarms, clock: { now: store.time.now, monotonic, setTimeout, clearTimeout } };
}

/** @throws FleetError naming the missing package; any other error as it is */
function explainMissing(cause: unknown): never {
  const [, missing] = /\b(?:package|module) ['"](bullmq|ioredis)['"]/.exec(messageOf(cause)) ?? [];
  if (missing === undefined || readField(cause, 'code') !== 'ERR_MODULE_NOT_FOUND') throw cause;
  throw new FleetError(
    'not_installed',
    `a fleet needs the package ${missing}, which is not installed; install it with: npm install bullmq ioredis`,
    { cause },
  );
}
