/** When to look at a worker again. Times are milliseconds of the store's clock. */
export type Next =
  | { readonly kind: 'at'; readonly time: number }
  /** The worker no longer exists. */
  | { readonly kind: 'never' };

/** How many alarms there are of each kind. */
export interface AlarmCounts {
  /** Set for later. */
  readonly delayed: number;
  /** Rung, and waiting for a process with a free slot. */
  readonly waiting: number;
  /** The worker is being looked at. */
  readonly active: number;
  /** Set, but overdue by more than a few seconds. */
  readonly late: number;
  readonly paused: boolean;
}

/**
 * The alarm clocks of a fleet: one per worker, each rings in one process, and again in another if that one dies. This is all that
 * a fleet needs of a queue, so another one can replace BullMQ. An alarm that rings early does no harm, and a missing one is set
 * again.
 */
export interface Alarms {
  /** Sets alarms for workers that have none; existing alarms stay as they are. */
  add(alarms: readonly { readonly id: string; readonly time: number }[]): Promise<void>;
  /** Rings the alarm now; a missing one is set first. @returns false if it cannot ring because the worker is being looked at */
  ring(id: string): Promise<boolean>;
  remove(id: string): Promise<void>;
  /** @returns the ids that have no alarm, or one that will not ring */
  missing(ids: readonly string[]): Promise<readonly string[]>;
  counts(): Promise<AlarmCounts>;
  /** Calls `look` for each worker whose alarm rings, up to `concurrency` at a time. */
  work(look: (id: string) => Promise<Next>, concurrency: number): AlarmWork;
  close(): Promise<void>;
}

/** The looks of one process. */
export interface AlarmWork {
  /** Accepts no further alarms; resolves once the looks under way are over. */
  drain(): Promise<void>;
  close(): Promise<void>;
}
