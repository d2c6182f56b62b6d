/** An event as a log stores it. */
export interface LogEntry {
  readonly id: string;
  /** The event's JSON as sent over the wire. */
  readonly text: string;
  readonly isPrivate: boolean;
}

/** The newest event of a log. */
export interface LogTip {
  /** The number of events; also the height of the newest. */
  readonly count: number;
  /** The id of the newest event; '' if there is none. */
  readonly head: string;
}

/**
 * Append-only storage for a chain's events, with lookup by id and by height. The chain decides what may be appended. The
 * first event has height 1.
 */
export interface ChainLog {
  tip(): LogTip;
  /**
   * @param sequences the new last sequence of each key
   *
   * @throws Error if the entries cannot be written; then none of them is kept
   */
  append(entries: readonly LogEntry[], sequences: ReadonlyMap<string, number>): Promise<void>;
  /** The height of each id, or undefined if it is unknown. */
  heightsOf(ids: readonly string[]): Promise<(number | undefined)[]>;
  /** The last sequence of each key, or 0. */
  sequencesOf(keys: readonly string[]): Promise<number[]>;
  /** The entries at these heights, in this order; heights that do not exist are left out. */
  at(heights: readonly number[]): Promise<LogEntry[]>;
  /**
   * Checks that the log is still the one that was opened. If a log on disk was removed, or replaced by an older copy, this
   * opens what is there now in its place.
   *
   * @throws StorageUnreadableError if the log has changed, saying what is there now, or why it cannot be opened
   */
  renew(): Promise<void>;
  /** Sets all events aside without deleting them, and starts empty. Returns where they are now. */
  setAside(): Promise<string>;
  close(): Promise<void>;
}
