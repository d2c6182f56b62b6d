/** By how much the store's clock may differ from the monotonic one before it counts as set, in milliseconds. */
const STEP_MS = 1000;

/** How long nobody is asked after the store's clock was set, in milliseconds. */
const ALARM_MS = 60_000;

/**
 * The time of the store, which is the fleet's: the last answer's, and the monotonic time since it came. It lags the store by at most
 * the way of one answer, and so is never early. The wall clock of this machine decides nothing.
 */
export interface StoreTime {
  /** Milliseconds. NaN before the first answer. */
  now(): number;
  /** Takes the time of an answer, and when its question was sent, by the monotonic clock. */
  read(time: number, sentAt: number): void;
  /** Until when nobody is asked because the store's clock was set, in milliseconds of its time; 0: it was not. */
  alarmUntil(): number;
}

/** @param onStep told by how many seconds the store's clock was set */
export function createStoreTime(monotonic: () => number, onStep: (seconds: number) => void): StoreTime {
  /** What the store's clock is ahead of the monotonic one: it lies between these. */
  let least = Number.NaN;
  let most = Number.NaN;
  let alarm = Number.NEGATIVE_INFINITY;
  return {
    now: () => Math.floor(monotonic() + least),
    read: (time, sentAt) => {
      const arrivedAt = monotonic();
      // The store counts whole milliseconds.
      const lower = time - arrivedAt;
      const upper = time + 1 - sentAt;
      const step = lower > most ? lower - most : upper < least ? upper - least : 0;
      if (Math.abs(step) > STEP_MS) {
        alarm = arrivedAt + ALARM_MS;
        onStep(step / 1000);
      }
      least = lower;
      most = upper;
    },
    alarmUntil: () => (monotonic() < alarm ? Math.floor(alarm + least) : 0),
  };
}
