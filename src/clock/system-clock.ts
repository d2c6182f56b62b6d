import type { WorkerClock } from './worker-clock.ts';

const wall = { now: () => Date.now(), monotonic: () => performance.now() };

/** The system clock. Its timers keep the process alive. */
export const systemClock: WorkerClock = {
  ...wall,
  setTimeout: (callback, delay) => setTimeout(callback, delay),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** The system clock, with timers that do not keep the process alive. */
export const unrefSystemClock: WorkerClock = {
  ...systemClock,
  setTimeout: (callback, delay) => setTimeout(callback, delay).unref(),
};
