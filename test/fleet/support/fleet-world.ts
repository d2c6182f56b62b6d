import { setImmediate } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { VirtualClock } from '../../../src/clock/virtual-clock.ts';
import type { Next } from '../../../src/fleet/alarm.ts';
import type { FleetEvent } from '../../../src/fleet/fleet-events.ts';
import type { PerPeer } from '../../../src/fleet/fleet-options.ts';
import type { FleetSyncFunction } from '../../../src/fleet/fleet-sync.ts';
import { look } from '../../../src/fleet/look.ts';
import type { LookParts } from '../../../src/fleet/look-parts.ts';
import { writePeers, writeState } from '../../../src/fleet/record.ts';
import { connectStore } from '../../../src/fleet/store/connect.ts';
import { type FleetKeys, fleetKeys } from '../../../src/fleet/store/keys.ts';
import type { ScriptName } from '../../../src/fleet/store/scripts.ts';
import { createStore, EPOCH, type FleetStore } from '../../../src/fleet/store/store.ts';
import { createStoreGates, type StoreGates } from '../../../src/fleet/store-gate.ts';
import { createPeerList, type PeerRecordInput } from '../../../src/policy/peer-record.ts';
import { resolvePolicy, type SyncPolicyOptions } from '../../../src/policy/sync-policy.ts';
import { initialSyncState } from '../../../src/policy/sync-worker-state.ts';

let made = 0;

/** One process of a fleet on a real server, by virtual time, which the scripts read from a key. */
export interface FleetWorld {
  readonly store: FleetStore;
  readonly keys: FleetKeys;
  readonly gates: StoreGates;
  readonly parts: LookParts;
  readonly events: FleetEvent[];
  /** Commands under way. */
  readonly pending: () => number;
  add(id: string, peers: readonly (string | PeerRecordInput)[]): Promise<void>;
  /** One look; virtual time passes from deadline to deadline while nothing else can go on. */
  look(id: string): Promise<Next>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly socket: string;
  readonly clock: VirtualClock;
  readonly sync: FleetSyncFunction;
  readonly policy?: SyncPolicyOptions;
  readonly perPeer?: Partial<PerPeer>;
  readonly name?: string;
  readonly random?: () => number;
  /** Called before and after each script, and may throw what a connection does. */
  readonly fault?: (script: ScriptName, when: 'before' | 'after') => void;
}

/** A fleet of its own for each call, unless it is named. */
export async function createWorld(options: WorldOptions): Promise<FleetWorld> {
  const { socket, clock, sync, policy, perPeer, random = () => 0 } = options;
  made += 1;
  const keys = fleetKeys(options.name ?? `world-${process.pid}-${made}`);
  const events: FleetEvent[] = [];
  const timeKey = `${keys.prefix}:time`;
  const other = new Redis(socket);
  const end = new AbortController();
  let nonce = 0;
  const fresh = (): string => {
    nonce += 1;
    return `${made}-${nonce}`;
  };
  const store = createStore({
    redis: connectStore(socket),
    keys,
    process: `process ${made}`,
    monotonic: clock.now,
    fresh,
    timeScript: `local function now_ms() return tonumber(redis.call('GET', '${timeKey}')) end`,
    events: {
      down: (error) => void events.push({ type: 'store.down', error }),
      up: () => void events.push({ type: 'store.up' }),
      forgot: (until) => void events.push({ type: 'store.forgot', until: until / 1000 }),
      stepped: (seconds) => void events.push({ type: 'clock.stepped', seconds }),
    },
  });
  let pending = 0;
  let written = Number.NaN;
  const setTime = async (): Promise<void> => {
    const now = clock.now();
    if (now === written) return;
    await other.set(timeKey, String(now));
    written = now;
  };
  const counted: FleetStore = Object.create(store, {
    call: {
      value: async (...args: Parameters<FleetStore['call']>) => {
        pending += 1;
        try {
          await setTime();
          options.fault?.(args[0], 'before');
          const reply = await store.call(...args);
          options.fault?.(args[0], 'after');
          return reply;
        } finally {
          pending -= 1;
        }
      },
    },
  });
  other.on('error', () => undefined);
  await setTime();
  await store.open();
  const gates = createStoreGates({
    store: counted,
    keys,
    perPeer: { atOnce: 0, spacingMs: 0, ...perPeer },
    monotonic: clock.now,
    end: end.signal,
  });
  const parts: LookParts = {
    store: counted,
    keys,
    gates,
    sync,
    policy: resolvePolicy(policy),
    clock: {
      now: clock.now,
      monotonic: clock.now,
      setTimeout: clock.setTimeout,
      clearTimeout: clock.clearTimeout,
    },
    random,
    fresh,
    emit: (event) => void events.push(event),
    spread: () => 0,
    signal: end.signal,
    end: end.signal,
  };
  return {
    store: counted,
    keys,
    gates,
    parts,
    events,
    pending: () => pending,
    add: async (id, peers) => {
      await counted.call(
        'add',
        [keys.meta, keys.record(id), keys.counts],
        [EPOCH, writeState(initialSyncState()), writePeers(createPeerList(peers)), '', 'idle'],
      );
    },
    look: (id) => passTime(look(id, parts), clock, () => pending),
    close: async () => {
      end.abort();
      await store.close();
      await other.quit().catch(() => other.disconnect());
    },
  };
}

/** Lets virtual time pass while a promise waits for nothing else. */
export async function passTime<T>(
  promise: Promise<T>,
  clock: VirtualClock,
  pending: () => number,
): Promise<T> {
  let isOver = false;
  const done = (): void => {
    isOver = true;
  };
  promise.then(done, done);
  for (let idle = 0; !isOver; ) {
    await setImmediate();
    idle = pending() > 0 ? 0 : idle + 1;
    if (idle > 2 && !isOver) {
      idle = 0;
      clock.runNext();
    }
  }
  return promise;
}
