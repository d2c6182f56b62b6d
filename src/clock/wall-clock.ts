import { systemReport } from './system-ports.ts';
import type { WorkerClock } from './worker-clock.ts';

/** Seconds between two checks of the wall clock: how late a sleep or a clock that was set is noticed at most. */
export const CLOCK_CHECK_SECONDS = 60;

/** By how much the wall clock may drift from the monotonic one between two checks before it counts as set, in seconds. */
const JUMP_SECONDS = 1;

/** Node fires a timer beyond this at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** A clock whose timers keep a promise that those of its host do not. */
export interface WallClock extends Required<WorkerClock> {
  /** Calls back, with the seconds, when the wall clock moved by more than the time that passed. Returns what ends that. */
  onJump(listener: (seconds: number) => void): () => void;
}

interface Timer {
  readonly callback: () => void;
  /** Milliseconds of the monotonic clock and of the wall clock. */
  readonly deadline: number;
  readonly wallDeadline: number;
  host: unknown;
}

const clocks = new WeakMap<WorkerClock, WallClock>();

/**
 * Timers that mean the time they are given. **A timer fires once its delay has passed by the monotonic clock, or as soon as
 * the wall clock shows that it has, whichever is first; the wall clock is checked once a minute.** So a machine that
 * sleeps, a clock that is set ahead, and a delay above 2^31−1 ms are all the same. Whoever must not act early by the wall
 * clock, after it was set back, checks it when called.
 *
 * One check serves all timers of a host, and there is none while no timer is set. The same host gives the same clock.
 */
export function createWallClock(host: WorkerClock): WallClock {
  const known = clocks.get(host);
  if (known !== undefined) return known;
  const monotonic = (): number => host.monotonic?.() ?? host.now();
  const timers = new Set<Timer>();
  const listeners = new Set<(seconds: number) => void>();
  let check: unknown;
  let ahead = 0;
  /** A timer was set after a jump that no check has seen: another jump may undo it before the next one. */
  let hasUnseenJump = false;

  const fire = (timer: Timer): void => {
    host.clearTimeout(timer.host);
    timers.delete(timer);
    try {
      timer.callback();
    } finally {
      // Also where the last timer fired, and no other was set: whoever stops then leaves nothing behind.
      if (timers.size === 0) stopChecking();
    }
  };
  const stopChecking = (): void => {
    host.clearTimeout(check);
    check = undefined;
  };
  const isDue = (timer: Timer): boolean => timer.deadline <= monotonic() || timer.wallDeadline <= host.now();
  const wait = (timer: Timer): void => {
    const byDelay = timer.deadline - monotonic();
    const byWall = timer.wallDeadline - host.now();
    // A millisecond is what two readings of a clock may differ by.
    const isAhead = byWall < byDelay - 1;
    const left = isAhead ? byWall : byDelay;
    // The delay itself is certain; a wall clock that was ahead may have been set back by then.
    const isCertain = !isAhead && left <= MAX_TIMEOUT_MS;
    timer.host = host.setTimeout(
      () => {
        if (isCertain || isDue(timer)) fire(timer);
        else wait(timer);
      },
      Math.min(Math.max(0, left), MAX_TIMEOUT_MS),
    );
  };
  const readAhead = (): number => host.now() - monotonic();
  const checkClock = (): void => {
    const moved = readAhead() - ahead;
    ahead += moved;
    const hasMoved = Math.abs(moved) >= JUMP_SECONDS * 1000;
    // A clock that runs as it should tells nothing that the timers of the host do not.
    if (!hasMoved && !hasUnseenJump) return;
    hasUnseenJump = false;
    for (const timer of [...timers]) {
      if (!timers.has(timer)) continue;
      host.clearTimeout(timer.host);
      if (isDue(timer)) fire(timer);
      else wait(timer);
    }
    if (hasMoved) for (const listener of [...listeners]) listener(moved / 1000);
  };
  const keepChecking = (): void => {
    check ??= host.setTimeout(() => {
      check = undefined;
      checkClock();
      if (timers.size === 0) return;
      try {
        keepChecking();
      } catch (error) {
        // The next timer that is set begins the checks again.
        systemReport(new Error('The clock could not be checked again', { cause: error }));
      }
    }, CLOCK_CHECK_SECONDS * 1000);
  };

  const clock: WallClock = {
    now: () => host.now(),
    monotonic,
    setTimeout: (callback, delay) => {
      // As Node does: no number, or one below 0, is 0.
      const ms = Math.max(0, delay || 0);
      const timer: Timer = {
        callback,
        deadline: monotonic() + ms,
        wallDeadline: host.now() + ms,
        host: undefined,
      };
      wait(timer);
      timers.add(timer);
      // Nothing was checked while no timer was set; whoever listens is still to hear of a jump.
      if (check === undefined && listeners.size === 0) ahead = readAhead();
      if (Math.abs(readAhead() - ahead) >= JUMP_SECONDS * 1000) hasUnseenJump = true;
      keepChecking();
      return timer;
    },
    clearTimeout: (timer) => {
      const set = timer as Timer;
      if (!timers.delete(set)) return;
      host.clearTimeout(set.host);
      if (timers.size === 0) stopChecking();
    },
    onJump: (listener) => {
      if (timers.size === 0 && listeners.size === 0) ahead = readAhead();
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  clocks.set(host, clock);
  return clock;
}
