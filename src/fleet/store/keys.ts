import { describe } from '../../policy/wire-fields.ts';

/** Where everything of one fleet lies in the store. Several fleets share one Redis under different names. */
export interface FleetKeys {
  /** What all others begin with, and BullMQ's keys too. */
  readonly prefix: string;
  /** Hash: format, epoch, quiet. */
  readonly meta: string;
  /** Hash: how many workers are in each state. */
  readonly counts: string;
  /** Hash: what each process acknowledged last, to notice a store that forgot. */
  readonly acks: string;
  /** Hash: who works, and since when. */
  readonly processes: string;
  /** String: where the reconciler has come to. And who walks. */
  readonly walk: string;
  readonly walker: string;
  readonly records: string;
  record(id: string): string;
  readonly gates: string;
  /** Hash: until, header, next, last, mean. */
  gate(origin: string): string;
  /** Sorted set: the origins of closed gates by when each opens. */
  readonly closed: string;
  /** Sorted set: attempts under way by the time at which their place is free again. */
  places(origin: string): string;
  /** Sorted set: workers by the slot that was given to them. */
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

/** What shares one gate: the host and the port of a normalised URL. */
export function originOf(peerUrl: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/]+)/i.exec(peerUrl)?.[1] ?? peerUrl;
}
