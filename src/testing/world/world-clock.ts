import { createVirtualClock, type VirtualClock } from '../../clock/virtual-clock.ts';
import type { WorkerClock } from '../../clock/worker-clock.ts';
import { describe } from '../../policy/wire-fields.ts';

/** Wall time when a world starts, in Unix seconds. Not a whole number, on purpose. */
export const WORLD_START = 1_795_000_000.25;

/**
 * The virtual time of a world. The world counts what waits on this clock, and so can tell a sync function or a storage that waits
 * from one that works.
 */
export interface WorldClock extends WorkerClock {
  monotonic(): number;
  /** A promise that never settles. The world does not wait for calls that await it. */
  never(): Promise<never>;
}

/** What a scripted peer reports to the world about one request. Times are Unix seconds. */
export type PeerNote =
  | { readonly kind: 'fetched'; readonly peerUrl: string }
  /** An answer with a Retry-After: the peer must not be asked before `until`. */
  | { readonly kind: 'refused'; readonly peerUrl: string; readonly until: number };

/** A world's clock with the controls that the world itself uses. @internal */
export interface InnerClock extends WorldClock {
  readonly time: VirtualClock;
  /** Number of open waits of sync functions, peers and storages. */
  readonly waits: number;
  /** Counts a wait that no real work will end. @returns a function that ends the wait */
  wait(): () => void;
  /** Sets the wall clock ahead, or back if `seconds` is negative. */
  jump(seconds: number): void;
  /** Sets the wall clock, in Unix seconds. */
  setWall(seconds: number): void;
  note(entry: PeerNote): void;
  /** Called with each note of a peer. */
  listener: ((entry: PeerNote) => void) | undefined;
  /** Called when every peer must answer well from now on. */
  readonly healers: Set<() => void>;
}

interface Waiting {
  readonly timer: unknown;
  readonly over: () => void;
}

const clocks = new WeakMap<WorldClock, InnerClock>();

/**
 * Creates the clock of a world, for scripted peers, sync functions and storages that are created before the world.
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
    throw new TypeError(
      'clock is not the clock of a world; allowed is one of createWorldClock(), or peers.clock',
    );
  }
  return inner;
}

const clocksOfPeers = new WeakMap<object, WorldClock>();

/** Remembers the clock of a list of peers. */
export function setClockOf(peers: object, clock: WorldClock): void {
  clocksOfPeers.set(peers, clock);
}

export function clockOfPeers(peers: object): WorldClock | undefined {
  return clocksOfPeers.get(peers);
}
