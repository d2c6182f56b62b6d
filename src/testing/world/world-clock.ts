import { createVirtualClock, type VirtualClock } from '../../clock/virtual-clock.ts';
import type { WorkerClock } from '../../clock/worker-clock.ts';
import { describe } from '../../policy/wire-fields.ts';

/** Wall time when a world begins, in Unix seconds; not a whole number, on purpose. */
export const WORLD_START = 1_795_000_000.25;

/**
 * The time of a world: it moves only when the world is told to. What a sync function or a storage waits for on this clock is
 * known to the world, so that it can tell a call that waits from one that works.
 */
export interface WorldClock extends WorkerClock {
  monotonic(): number;
  /** A promise that never settles, and that the world knows of: it does not wait for it. */
  never(): Promise<never>;
}

/** What a scripted peer tells the world of one request. Times are Unix seconds. */
export type PeerNote =
  | { readonly kind: 'fetched'; readonly peerUrl: string }
  /** An answer that asked for a wait; nobody may ask before `until`. */
  | { readonly kind: 'refused'; readonly peerUrl: string; readonly until: number };

/** The same, as the world itself uses it. @internal */
export interface InnerClock extends WorldClock {
  readonly time: VirtualClock;
  /** How many waits of sync functions, peers and storages for this time are open. */
  readonly waits: number;
  /** Somebody waits for something that this clock alone, or nothing, will end. Gives what ends the wait. */
  wait(): () => void;
  /** Sets the wall clock on, or back. */
  jump(seconds: number): void;
  /** Sets the wall clock, in Unix seconds. */
  setWall(seconds: number): void;
  note(entry: PeerNote): void;
  /** Who hears of what the peers note. */
  listener: ((entry: PeerNote) => void) | undefined;
  /** Called when every peer is to answer well from now on. */
  readonly healers: Set<() => void>;
}

interface Waiting {
  readonly timer: unknown;
  readonly over: () => void;
}

const clocks = new WeakMap<WorldClock, InnerClock>();

/**
 * The clock of a world, for scripted peers, sync functions and storages that are made before it.
 *
 * @param startAt wall time in Unix seconds
 */
export function createWorldClock(startAt: number = WORLD_START): WorldClock {
  if (!Number.isFinite(startAt)) {
    throw new RangeError(`startAt is ${describe(startAt)}; allowed is a finite number of Unix seconds`);
  }
  const time = createVirtualClock();
  let ahead = startAt;
  let waits = 0;
  const wait = (): (() => void) => {
    waits += 1;
    let isOver = false;
    return () => {
      if (!isOver) waits -= 1;
      isOver = true;
    };
  };
  const inner: InnerClock = {
    time,
    now: () => (ahead + time.now() / 1000) * 1000,
    monotonic: () => time.now(),
    setTimeout: (callback, delay): Waiting => {
      const over = wait();
      const timer = time.setTimeout(() => {
        over();
        callback();
      }, delay);
      return { timer, over };
    },
    clearTimeout: (waiting) => {
      const known = waiting as Waiting | undefined;
      time.clearTimeout(known?.timer);
      known?.over();
    },
    get waits() {
      return waits;
    },
    wait,
    never: () => {
      wait();
      return new Promise(() => undefined);
    },
    jump: (seconds) => {
      ahead += seconds;
    },
    setWall: (seconds) => {
      ahead = seconds - time.now() / 1000;
    },
    note: (entry) => inner.listener?.(entry),
    listener: undefined,
    healers: new Set(),
  };
  clocks.set(inner, inner);
  return inner;
}

/** @throws TypeError for a clock that `createWorldClock()` did not make */
export function innerClock(clock: WorldClock): InnerClock {
  const inner = clocks.get(clock);
  if (inner === undefined) {
    throw new TypeError('clock is none of a world; allowed is what createWorldClock() makes, or peers.clock');
  }
  return inner;
}

const clocksOfPeers = new WeakMap<object, WorldClock>();

/** Notes whose clock a list of peers runs on. */
export function setClockOf(peers: object, clock: WorldClock): void {
  clocksOfPeers.set(peers, clock);
}

export function clockOfPeers(peers: object): WorldClock | undefined {
  return clocksOfPeers.get(peers);
}
