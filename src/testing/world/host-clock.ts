import type { WorkerClock } from '../../clock/worker-clock.ts';
import type { InnerClock } from './world-clock.ts';

/** The timers of one process, on virtual time. */
export interface HostClock extends Required<WorkerClock> {
  /** How many timers are set. */
  readonly size: number;
  /** Delays outside the range of Node's timers, which would fire at once. */
  readonly unfairDelays: readonly number[];
  /** Clears all timers. */
  clear(): void;
}

export function createHostClock(clock: InnerClock): HostClock {
  const { time } = clock;
  const timers = new Set<unknown>();
  const unfairDelays: number[] = [];
  return {
    now: () => clock.now(),
    monotonic: () => time.now(),
    setTimeout: (callback, delay) => {
      if (!(delay >= 0 && delay < 2 ** 31)) unfairDelays.push(delay);
      const timer = time.setTimeout(() => {
        timers.delete(timer);
        callback();
      }, delay);
      timers.add(timer);
      return timer;
    },
    clearTimeout: (timer) => {
      time.clearTimeout(timer);
      timers.delete(timer);
    },
    get size() {
      return timers.size;
    },
    unfairDelays,
    clear: () => {
      for (const timer of timers) time.clearTimeout(timer);
      timers.clear();
    },
  };
}
