import { createVirtualClock, type VirtualClock } from '../../src/clock/virtual-clock.ts';
import { CLOCK_CHECK_SECONDS, createWallClock, type WallClock } from '../../src/clock/wall-clock.ts';

/** Milliseconds. */
export const CHECK: number = CLOCK_CHECK_SECONDS * 1000;
/** Milliseconds: the longest delay that Node takes. */
export const LONGEST: number = 2 ** 31 - 1;
const BOOTED = 7_000_000;

/** A host whose wall clock can be set, and the time by its monotonic one. Milliseconds. */
export function settableHost(): {
  host: VirtualClock;
  wall: WallClock;
  now: () => number;
  set: (by: number) => void;
  /** Since the beginning. */
  elapsed: () => number;
  until: (elapsed: number) => void;
  /** Lets no more timers be set, or again. */
  refuse: (error: Error | undefined) => void;
} {
  // Its monotonic clock began long ago, and like Node it fires at once what is too long for it.
  const host = createVirtualClock(BOOTED);
  let refusal: Error | undefined;
  let ahead = 1_700_000_000_000;
  const now = (): number => host.now() + ahead;
  const wall = createWallClock({
    now,
    monotonic: () => host.now(),
    setTimeout: (callback, delay) => {
      if (refusal !== undefined) throw refusal;
      return host.setTimeout(callback, delay > LONGEST ? 1 : delay);
    },
    clearTimeout: (timer) => host.clearTimeout(timer),
  });
  return {
    host,
    wall,
    now,
    elapsed: () => host.now() - BOOTED,
    until: (elapsed) => host.advanceTo(BOOTED + elapsed),
    set: (by) => {
      ahead += by;
    },
    refuse: (error) => {
      refusal = error;
    },
  };
}
