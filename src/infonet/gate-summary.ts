/** A gate as its messages on a chain show it; none of their text. */
export interface GateSummary {
  readonly gate: string;
  readonly messages: number;
  /** When its newest message was written, in Unix seconds, as its author had it. */
  readonly lastSeen: number;
}
