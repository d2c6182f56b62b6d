/** What the page of the Stately Inspector is sent, in the spelling of `@statelyai/inspect`; plain JSON throughout. */
export interface StatelyEvent {
  readonly type: '@xstate.actor' | '@xstate.event' | '@xstate.snapshot';
  /** Which actor it is about, such as `x:0`. */
  readonly sessionId: string;
  /** The worker's own actor. */
  readonly rootId: string;
  readonly [field: string]: unknown;
}
