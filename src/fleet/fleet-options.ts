import { resolvePolicy, type SyncPolicy, type SyncPolicyOptions } from '../policy/sync-policy.ts';
import { describe, isRecord } from '../policy/wire-fields.ts';
import { checkNames } from '../worker/worker-options.ts';
import type { FleetSyncFunction } from './fleet-sync.ts';

/** A URL (`redis://`, `rediss://`), the path of a Unix socket, or the options of ioredis. */
export type FleetConnection = string | Readonly<Record<string, unknown>>;

/** Limits per origin, shared by all workers of a fleet. */
export interface PerPeer {
  /** Maximum number of concurrent attempts; 0: no limit. */
  readonly atOnce: number;
  /** Milliseconds between the starts of two attempts. */
  readonly spacingMs: number;
}

/** Options of `createFleet()`. Only `connection` is required; `work()` requires `sync` too. */
export interface FleetOptions<Details = unknown> {
  /** `redis://host:port`, `rediss://…`, the path of a Unix socket, or the options of ioredis. */
  readonly connection: FleetConnection;
  /** Fleets of different names can share one Redis. Letters, digits, dots, dashes, underscores. @default 'fleet' */
  readonly name?: string | undefined;
  /** One attempt at one peer, for one worker. A process that only adds or inspects workers needs none. */
  readonly sync?: FleetSyncFunction<Details> | undefined;
  /** The policy of all workers; `setPolicy` overrides it for one. Must be the same in every process. */
  readonly policy?: SyncPolicyOptions | undefined;
  /** Limits per origin, shared by all workers. Must be the same in every process. @default no limit */
  readonly perPeer?: Partial<PerPeer> | undefined;
  /** A number from 0 to 1, for jitter and spread. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** The options, checked, with defaults filled in. */
export interface FleetSettings {
  readonly connection: FleetConnection;
  readonly name: string;
  readonly sync: FleetSyncFunction | undefined;
  readonly policy: SyncPolicy;
  readonly perPeer: PerPeer;
  readonly random: (() => number) | undefined;
}

const known = ['connection', 'name', 'sync', 'policy', 'perPeer', 'random'];

/** @throws RangeError for a policy option, TypeError for any other, naming it, its value and what is allowed */
export function readFleetOptions(options: FleetOptions): FleetSettings {
  if (!isRecord(options)) {
    throw new TypeError(`createFleet() was given ${describe(options)}; allowed is an object with connection`);
  }
  checkNames(options, known);
  const { connection, name = 'fleet', sync, policy, perPeer, random } = options;
  if (!(isRecord(connection) || (typeof connection === 'string' && connection !== ''))) {
    throw new TypeError(
      `connection is ${describe(connection)}; allowed is redis://host:port, the path of a socket, or the options of ioredis`,
    );
  }
  for (const [option, value] of Object.entries({ sync, random })) {
    if (value !== undefined && typeof value !== 'function') {
      throw new TypeError(`${option} is ${describe(value)}; allowed is a function`);
    }
  }
  return { connection, name, sync, policy: resolvePolicy(policy), perPeer: readPerPeer(perPeer), random };
}

function readPerPeer(value: Partial<PerPeer> | undefined): PerPeer {
  if (value !== undefined && !isRecord(value)) {
    throw new TypeError(`perPeer is ${describe(value)}; allowed is { atOnce?, spacingMs? }`);
  }
  checkNames(value ?? {}, ['atOnce', 'spacingMs'], 'perPeer.');
  const { atOnce = 0, spacingMs = 0 } = value ?? {};
  if (!(Number.isSafeInteger(atOnce) && atOnce >= 0)) {
    throw new TypeError(`perPeer.atOnce is ${describe(atOnce)}; allowed is a whole number, 0: no limit`);
  }
  if (!(Number.isFinite(spacingMs) && spacingMs >= 0 && spacingMs <= 3_600_000)) {
    throw new TypeError(
      `perPeer.spacingMs is ${describe(spacingMs)}; allowed is a number from 0 to 3,600,000`,
    );
  }
  return { atOnce, spacingMs };
}

/** Keeps the keys short. */
const MAX_ID_BYTES = 200;

/** Not valid UTF-8: two such ids would collide in the store. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** @throws TypeError for an invalid worker id */
export function checkId(id: unknown): string {
  if (
    typeof id === 'string' &&
    id !== '' &&
    Buffer.byteLength(id) <= MAX_ID_BYTES &&
    !LONE_SURROGATE.test(id)
  )
    return id;
  throw new TypeError(`id is ${describe(id)}; allowed is a text of 1 to ${MAX_ID_BYTES} bytes`);
}
