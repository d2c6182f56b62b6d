import type { WorkerClock } from './worker-clock.ts';

const wall = { now: () => Date.now(), monotonic: () => performance.now() };

/** The clock of the machine we run on. Its timers keep the process alive. */
export const systemClock: WorkerClock = {
  ...wall,
  setTimeout: (callback, delay) => setTimeout(callback, delay),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** The same, and its timers do not keep the process alive. */
export const unrefSystemClock: WorkerClock = {
  ...systemClock,
  setTimeout: (callback, delay) => setTimeout(callback, delay).unref(),
};
