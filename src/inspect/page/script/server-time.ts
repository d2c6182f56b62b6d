/** The worker's time. Between two views it advances by the page's clock. */
export interface ServerTime {
  set(at: number): void;
  /** Stops the time while the feed is lost: a running countdown would show what nobody knows. */
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
