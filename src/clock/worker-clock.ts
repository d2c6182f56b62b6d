/**
 * What a worker needs of time. A `VirtualClock` is one; so is `{ now: Date.now, setTimeout, clearTimeout }`.
 *
 * The worker never trusts a timer further than a minute: it sets no longer one, and at each it looks at `now` again.
 * So a wait above 2^31−1 ms, a machine that sleeps and a clock that is set are all the same to it: never early by the
 * wall clock, and at most a minute late.
 */
export interface WorkerClock {
  /** Wall time in Unix milliseconds. It may jump. */
  now(): number;
  /** Milliseconds from any origin, that never jump; for durations. @default now */
  monotonic?(): number;
  setTimeout(callback: () => void, delay: number): unknown;
  clearTimeout(timer: unknown): void;
}
