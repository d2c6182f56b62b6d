/** An event as a log keeps it. */
export interface LogEntry {
  readonly id: string;
  /** The event as it goes over the wire. */
  readonly text: string;
  readonly isPrivate: boolean;
}

/** The newest event of a log. */
export interface LogTip {
  /** How many events there are; also the height of the newest. */
  readonly count: number;
  /** The id of the newest; '' if there is none. */
  readonly head: string;
}

/**
 * Where a chain's events lie: appended, looked up by id and by height, never changed. What may be appended is the chain's
 * to say. The first event has height 1.
 */
export interface ChainLog {
  tip(): LogTip;
  /**
   * `sequences` are the new last ones, by their key.
   *
   * @throws Error why it cannot be written; nothing of it is kept then
   */
  append(entries: readonly LogEntry[], sequences: ReadonlyMap<string, number>): Promise<void>;
  /** For each id its height, or undefined. */
  heightsOf(ids: readonly string[]): Promise<(number | undefined)[]>;
  /** For each key its last sequence, or 0. */
  sequencesOf(keys: readonly string[]): Promise<number[]>;
  /** Those of the heights asked for that are there, in that order. */
  at(heights: readonly number[]): Promise<LogEntry[]>;
  /**
   * Makes sure that it is still the log that was opened. One on disk may have been removed, or replaced by an older copy: what is
   * there now is then opened in its place.
   *
   * @throws StorageUnreadableError where that was so, saying what is there now, or why it cannot be opened
   */
  renew(): Promise<void>;
  /** Puts all events aside, where they are kept, and starts empty. Tells where they are now. */
  setAside(): Promise<string>;
  close(): Promise<void>;
}
