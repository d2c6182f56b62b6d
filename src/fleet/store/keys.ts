import { describe } from '../../policy/wire-fields.ts';

/** The keys of one fleet in the store. Several fleets can share one Redis under different names. */
export interface FleetKeys {
  /** Of all other keys, including BullMQ's. */
  readonly prefix: string;
  /** Hash: format, epoch, quiet. */
  readonly meta: string;
  /** Hash: how many workers are in each state. */
  readonly counts: string;
  /** Hash: how many writes of each process were acknowledged, to notice a store that lost data. */
  readonly acks: string;
  /** Hash: when each process at work was last heard from, and what it says about itself. */
  readonly processes: string;
  /** String: the reconciler's cursor. */
  readonly walk: string;
  /** String: the process whose reconciler is walking. */
  readonly walker: string;
  readonly records: string;
  record(id: string): string;
  readonly gates: string;
  /** Hash: until, header, next, last, mean. */
  gate(origin: string): string;
  /** Sorted set: origins of closed gates, scored by when each opens. */
  readonly closed: string;
  /** Sorted set: attempts under way, scored by when each place frees itself. */
  places(origin: string): string;
  /** Sorted set: waiting workers, scored by the time slot assigned to each. */
  slots(origin: string): string;
}

/** @throws TypeError for a name that cannot be part of a key */
export function fleetKeys(name: string): FleetKeys {
  if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name)) {
    throw new TypeError(
      `name is ${describe(name)}; allowed are 1 to 64 letters, digits, dots, dashes and underscores`,
    );
  }
  const prefix = `sync-worker:${name}`;
  return {
    prefix,
    meta: `${prefix}:meta`,
    counts: `${prefix}:counts`,
    acks: `${prefix}:acks`,
    processes: `${prefix}:processes`,
    walk: `${prefix}:walk`,
    walker: `${prefix}:walker`,
    records: `${prefix}:w:`,
    record: (id) => `${prefix}:w:${id}`,
    gates: `${prefix}:g:`,
    gate: (origin) => `${prefix}:g:${origin}`,
    closed: `${prefix}:closed`,
    places: (origin) => `${prefix}:p:${origin}`,
    slots: (origin) => `${prefix}:s:${origin}`,
  };
}

/** Host and port of a normalised URL. Peers of one origin share a gate. */
export function originOf(peerUrl: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/]+)/i.exec(peerUrl)?.[1] ?? peerUrl;
}
