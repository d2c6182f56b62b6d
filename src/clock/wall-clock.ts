import { systemReport } from './system-ports.ts';
import type { WorkerClock } from './worker-clock.ts';

/** Seconds between two checks of the wall clock: sleep or a clock that was set is noticed at most this late. */
export const CLOCK_CHECK_SECONDS = 60;

/** If the wall clock drifts from the monotonic one by this many seconds between two checks, it counts as set. */
const JUMP_SECONDS = 1;

/** Node fires a timer beyond this at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** A clock whose timers stay correct when the machine sleeps or its clock is set. */
export interface WallClock extends Required<WorkerClock> {
  /** Calls back when the wall clock jumped, with the seconds. Returns a function that removes the listener. */
  onJump(listener: (seconds: number) => void): () => void;
}

interface Timer {
  readonly callback: () => void;
  /** In milliseconds of the monotonic clock; `wallDeadline` of the wall clock. */
  readonly deadline: number;
  readonly wallDeadline: number;
  host: unknown;
}

const clocks = new WeakMap<WorkerClock, WallClock>();

/**
 * Adds reliable timers to a host clock. **A timer fires once its delay has passed on the monotonic clock or on the wall clock,
 * whichever is first; the wall clock is checked once a minute.** This handles a machine that sleeps, a clock that is set ahead,
 * and delays above 2^31−1 ms. After the wall clock is set back, a timer may fire early by it: a callback that must not act early
 * has to check the time.
 *
 * One check serves all timers of a host, and stops while no timer is set. The same host always returns the same clock.
 */
export function createWallClock(host: WorkerClock): WallClock {
  const known = clocks.get(host);
  if (known !== undefined) return known;
  const monotonic = (): number => host.monotonic?.() ?? host.now();
  const timers = new Set<Timer>();
  const listeners = new Set<(seconds: number) => void>();
  let check: unknown;
  let ahead = 0;
  /** A timer was set after a jump that no check has seen yet; a second jump could hide the first from the next check. */
  let hasUnseenJump = false;

  const fire = (timer: Timer): void => {
    host.clearTimeout(timer.host);
    timers.delete(timer);
    try {
      timer.callback();
    } finally {
      // The last timer fired and set no other: stop the checks, so that nothing is left behind.
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
    // Allow a millisecond between the two clock readings.
    const isAhead = byWall < byDelay - 1;
    const left = isAhead ? byWall : byDelay;
    // The monotonic delay is certain; a wall clock that is ahead may be set back before the timer fires.
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
    // Without a jump, the timers of the host are right.
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
        // The next timer that is set restarts the checks.
        systemReport(new Error('The clock could not be checked again', { cause: error }));
      }
    }, CLOCK_CHECK_SECONDS * 1000);
  };

  const clock: WallClock = {
    now: () => host.now(),
    monotonic,
    setTimeout: (callback, delay) => {
      // Like Node: NaN and negative delays count as 0.
      const ms = Math.max(0, delay || 0);
      const timer: Timer = {
        callback,
        deadline: monotonic() + ms,
        wallDeadline: host.now() + ms,
        host: undefined,
      };
      wait(timer);
      timers.add(timer);
      // Nothing was checked while no timer was set. If someone listens, keep the old value to report a jump.
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
