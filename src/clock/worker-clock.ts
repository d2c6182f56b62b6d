/**
 * The clock that a worker needs. A `VirtualClock` is one; so is `{ now: Date.now, setTimeout, clearTimeout }`.
 *
 * The worker checks `now` at least once a minute instead of trusting a long timer. So after a wait above 2^31−1 ms, a sleep
 * or a change of the clock it is never early by the wall clock, and at most a minute late.
 */
export interface WorkerClock {
  /** Wall time in Unix milliseconds. It may jump. */
  now(): number;
  /** Milliseconds from any origin that never jump; for durations. @default now */
  monotonic?(): number;
  setTimeout(callback: () => void, delay: number): unknown;
  clearTimeout(timer: unknown): void;
}
