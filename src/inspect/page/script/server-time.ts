/** The worker's time, between two views told by the page's own clock. */
export interface ServerTime {
  set(at: number): void;
  /** Stands still while nothing is heard: a countdown that runs on would tell of what nobody knows. */
  halt(): void;
  /** Unix seconds. */
  now(): number;
}

/** @param elapsed milliseconds, by a clock that is never set */
export function createServerTime(elapsed: () => number = () => performance.now()): ServerTime {
  let at = 0;
  let heard: number | undefined;
  const now = (): number => (heard === undefined ? at : at + (elapsed() - heard) / 1000);
  return {
    set: (seconds) => {
      at = seconds;
      heard = elapsed();
    },
    halt: () => {
      at = now();
      heard = undefined;
    },
    now,
  };
}
