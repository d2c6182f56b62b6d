import { systemClock, unrefSystemClock } from '../clock/system-clock.ts';
import { systemRandom } from '../clock/system-ports.ts';
import { createWallClock, type WallClock } from '../clock/wall-clock.ts';
import type { WorkerClock } from '../clock/worker-clock.ts';
import type { PeerRecordInput } from '../policy/peer-record.ts';
import type { SyncPolicyOptions } from '../policy/sync-policy.ts';
import { describe, isRecord } from '../policy/wire-fields.ts';
import type { SyncFunction } from '../schedule/attempt.ts';
import { createMemoryStorage } from '../storage/memory-storage.ts';
import type { PeerStore, SavedWorker, SyncStorage } from '../storage/storage.ts';
import type { PeerGate } from './peer-gate.ts';
import type { Inspect } from './worker-actor.ts';

/** The options of a worker; only `sync` is required. */
export interface SyncWorkerOptions<Details = unknown> {
  /** One attempt at one peer. */
  readonly sync: SyncFunction<Details>;
  /**
   * URLs, records, or a store of them. With an array, the peers' marks are saved in `storage` and found there after a
   * restart. If omitted, the peers come from `storage`.
   */
  readonly peers?: readonly (string | PeerRecordInput)[] | PeerStore | undefined;
  readonly policy?: SyncPolicyOptions | undefined;
  /** Where the state is saved, so that waits survive a crash. @default in memory */
  readonly storage?: SyncStorage | undefined;
  /** Shared by workers of one process that use the same hosts. @default none */
  readonly gate?: PeerGate | undefined;
  /** @default the system's */
  readonly clock?: WorkerClock | undefined;
  /** A number from 0 to 1, for jitter and spread. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** If true, the worker does not keep the process alive. Not allowed together with `clock`. @default false */
  readonly unref?: boolean | undefined;
  /** Passed to XState's `createActor`, so that any XState tool can inspect the worker. */
  readonly inspect?: Inspect | undefined;
}

/** The checked options, with the defaults filled in. @internal */
export interface WorkerParts {
  readonly sync: SyncFunction;
  /** Undefined: the storage says which peers there are. */
  readonly configured: readonly (string | PeerRecordInput)[] | undefined;
  readonly storage: SyncStorage;
  readonly gate: PeerGate | undefined;
  readonly clock: WallClock;
  readonly random: () => number;
  readonly inspect: Inspect | undefined;
}

/** Whose options are read, and their known names. @internal */
export interface OptionNames {
  readonly of: string;
  readonly known: readonly string[];
}

const ofWorker: OptionNames = {
  of: 'createSyncWorker()',
  known: ['sync', 'peers', 'policy', 'storage', 'gate', 'clock', 'random', 'unref', 'inspect'],
};

/**
 * Refuses unknown options: a misspelt one would silently leave its default in force.
 *
 * @throws TypeError for a name that is not known
 * @internal
 */
export function checkNames(options: object, known: readonly string[], of = ''): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new TypeError(`Unknown option ${of}${name}; known are ${known.join(', ')}`);
    }
  }
}

/** @throws TypeError naming the option, its value and what is allowed; also for an option that does not exist */
export function readOptions(options: SyncWorkerOptions, { of, known }: OptionNames = ofWorker): WorkerParts {
  if (!isRecord(options)) {
    throw new TypeError(`${of} was given ${describe(options)}; allowed is an object with sync`);
  }
  checkNames(options, known);
  const { sync, peers, storage, gate, clock, random, unref, inspect } = options;
  needFunctions('the options', options, ['sync']);
  if (storage !== undefined) needFunctions('storage', storage, ['load', 'save']);
  if (gate !== undefined) needFunctions('gate', gate, ['enter']);
  if (clock !== undefined) needFunctions('clock', clock, ['now', 'setTimeout', 'clearTimeout']);
  for (const [name, value] of Object.entries({ random, inspect })) {
    if (value !== undefined && typeof value !== 'function' && !(name === 'inspect' && isRecord(value))) {
      throw new TypeError(`${name} is ${describe(value)}; allowed is a function`);
    }
  }
  checkOptional('storage', storage, ['close']);
  checkOptional('gate', gate, ['reset']);
  checkOptional('clock', clock, ['monotonic']);
  checkOptional('sync', sync, ['exclude']);
  if (unref === true && clock !== undefined) {
    throw new TypeError('unref is true together with a clock; allowed is unref with the default clock only');
  }
  if (unref !== undefined && typeof unref !== 'boolean') {
    throw new TypeError(`unref is ${describe(unref)}; allowed is true or false`);
  }
  if (peers !== undefined && !Array.isArray(peers)) {
    if (!isRecord(peers))
      throw new TypeError(`peers is ${describe(peers)}; allowed is an array of peers, or a store`);
    needFunctions('peers', peers, ['load', 'save']);
  }
  const store = isPeerStore(peers) ? peers : undefined;
  const kept = storage ?? createMemoryStorage();
  return {
    sync,
    configured: isPeerStore(peers) ? undefined : peers,
    storage: store === undefined ? kept : withPeerStore(kept, store),
    gate,
    clock: createWallClock(clock ?? (unref === true ? unrefSystemClock : systemClock)),
    random: random ?? systemRandom,
    inspect,
  };
}

function needFunctions(what: string, value: unknown, names: readonly string[]): void {
  for (const name of names) {
    const given =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : value;
    if (typeof given !== 'function') {
      const where = what === 'the options' ? name : `${what}.${name}`;
      throw new TypeError(`${where} is ${describe(given)}; allowed is a function`);
    }
  }
}

/** Checks that optional members, if present, are functions. */
function checkOptional(what: string, owner: object | undefined, names: readonly string[]): void {
  for (const name of names) {
    const given = (owner as Record<string, unknown> | undefined)?.[name];
    if (given === undefined) continue;
    if (typeof given !== 'function') {
      throw new TypeError(`${what}.${name} is ${describe(given)}; allowed is a function`);
    }
  }
}

function isPeerStore(peers: SyncWorkerOptions['peers']): peers is PeerStore {
  return peers !== undefined && 'load' in peers;
}

/** Combines a storage for the ten fields with a separate peer store. */
function withPeerStore(storage: SyncStorage, store: PeerStore): SyncStorage {
  let kept: SavedWorker['peers'] | undefined;
  return {
    load: async (notify) => {
      const { state } = await storage.load(notify);
      kept = await store.load(notify);
      return { ...(state === undefined ? {} : { state }), peers: kept };
    },
    save: async (saved) => {
      await storage.save(saved);
      if (saved.peers === kept) return;
      await store.save(saved.peers);
      kept = saved.peers;
    },
    close: async () => {
      try {
        await store.close?.();
      } finally {
        await storage.close?.();
      }
    },
  };
}
