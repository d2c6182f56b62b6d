/** What the messages on a chain show of a gate, without any of their text. */
export interface GateSummary {
  readonly gate: string;
  readonly messages: number;
  /** The timestamp of its newest message, in Unix seconds, by its author's clock. */
  readonly lastSeen: number;
}
