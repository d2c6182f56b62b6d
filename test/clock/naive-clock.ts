import type { VirtualClock } from '../../src/clock/virtual-clock.ts';

interface Timer {
  readonly deadline: number;
  readonly callback: () => void;
}

/** The plainest clock there is: timers lie in a list in the order they were set, and the first of the earliest runs. */
export function createNaiveClock(start: number): VirtualClock {
  let time = start;
  let timers: Timer[] = [];
  const nextDeadline = (): number | undefined =>
    timers.length === 0 ? undefined : Math.min(...timers.map(({ deadline }) => deadline));
  const runNext = (): boolean => {
    const timer = timers.find(({ deadline }) => deadline === nextDeadline());
    if (timer === undefined) return false;
    timers = timers.filter((other) => other !== timer);
    time = timer.deadline;
    timer.callback();
    return true;
  };
  return {
    now: () => time,
    setTimeout: (callback, delay) => {
      const timer = { deadline: time + (delay > 0 ? delay : 0), callback };
      timers.push(timer);
      return timer;
    },
    clearTimeout: (timer) => {
      timers = timers.filter((other) => other !== timer);
    },
    runNext,
    advanceTo: (target) => {
      while ((nextDeadline() ?? Number.POSITIVE_INFINITY) <= target) runNext();
      time = Math.max(time, target);
    },
    nextDeadline,
    get size() {
      return timers.length;
    },
  };
}
