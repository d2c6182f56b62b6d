/** When a worker is to be looked at again. Times are milliseconds of the store's clock. */
export type Next =
  | { readonly kind: 'at'; readonly time: number }
  /** There is no such worker any more. */
  | { readonly kind: 'never' };

/** How many alarms there are of each kind. */
export interface AlarmCounts {
  /** Set for later. */
  readonly delayed: number;
  /** Rung, and waiting for a process that has a hand free. */
  readonly waiting: number;
  /** Being looked at. */
  readonly active: number;
  /** Overdue for more than a few seconds although set. */
  readonly late: number;
  readonly paused: boolean;
}

/**
 * The alarm clocks of a fleet: who is woken when, in which process, and again where a process died. All that a fleet needs of an
 * engine stands here, so that another one can take its place. An alarm that rings early does no harm, and one that is missing is
 * set again.
 */
export interface Alarms {
  /** Sets alarms for workers that have none; one that is there stays. */
  add(alarms: readonly { readonly id: string; readonly time: number }[]): Promise<void>;
  /** Rings now, or sets it if it was missing; one that is being looked at is left alone: false. */
  ring(id: string): Promise<boolean>;
  remove(id: string): Promise<void>;
  /** Those that have no alarm, or one that will not ring. */
  missing(ids: readonly string[]): Promise<readonly string[]>;
  counts(): Promise<AlarmCounts>;
  /** Looks at workers as their alarms ring. */
  work(look: (id: string) => Promise<Next>, concurrency: number): AlarmWork;
  close(): Promise<void>;
}

/** A process that looks. */
export interface AlarmWork {
  /** Takes no further alarm; resolves once the looks under way are over. */
  drain(): Promise<void>;
  close(): Promise<void>;
}
