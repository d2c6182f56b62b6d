/** What a listener serves, its limits, and its counters since it was opened. */
export interface ServingStatus {
  readonly url: string;
  readonly private: boolean;
  readonly requestsPerWindow: number;
  readonly totalRequestsPerWindow: number;
  readonly windowSeconds: number;
  /** Open now. */
  readonly connections: number;
  /** Answered, in all. */
  readonly requests: number;
  /** Of these, answered with 429. */
  readonly limited: number;
  /** Events sent. */
  readonly events: number;
}
