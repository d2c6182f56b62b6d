/** The store's clock counts as set if it differs from the monotonic clock by more than this. */
const STEP_MS = 1000;

/** How long no peer is asked after the store's clock was set. */
const ALARM_MS = 60_000;

/**
 * The store's time, which the whole fleet uses: the time in the last answer plus the monotonic time since it arrived. It lags the
 * store by at most the latency of one answer and is never ahead. The wall clock of this machine decides nothing.
 */
export interface StoreTime {
  /** Milliseconds. NaN before the first answer. */
  now(): number;
  /** Takes the time in an answer; `sentAt` is when the command was sent, by the monotonic clock. */
  read(time: number, sentAt: number): void;
  /** Until when no peer is asked because the store's clock was set, in milliseconds of its time; else 0. */
  alarmUntil(): number;
}

/** @param onStep called with the seconds by which the store's clock was set */
export function createStoreTime(monotonic: () => number, onStep: (seconds: number) => void): StoreTime {
  /** Bounds of how far the store's clock is ahead of the monotonic one. */
  let min = Number.NaN;
  let max = Number.NaN;
  let alarm = Number.NEGATIVE_INFINITY;
  return {
    now: () => Math.floor(monotonic() + min),
    read: (time, sentAt) => {
      const arrivedAt = monotonic();
      // The store counts whole milliseconds.
      const lower = time - arrivedAt;
      const upper = time + 1 - sentAt;
      const step = lower > max ? lower - max : upper < min ? upper - min : 0;
      if (Math.abs(step) > STEP_MS) {
        alarm = arrivedAt + ALARM_MS;
        onStep(step / 1000);
      }
      min = lower;
      max = upper;
    },
    alarmUntil: () => (monotonic() < alarm ? Math.floor(alarm + min) : 0),
  };
}
