import { safeText } from '../policy/safe-text.ts';
import { durationText } from './time-text.ts';

/** Which process runs a worker of a fleet, and what holds it back. Times are Unix seconds. */
export interface Held {
  readonly at: number;
  /** The process that runs the worker; '' if none does. */
  readonly holder: string;
  /** Increases with each run. */
  readonly fence: string;
  /** No other process takes over the run under way before this; 0 if there is none. */
  readonly leaseUntil: number;
  /** Operator events that wait to be applied. */
  readonly events: number;
  /** The closed gates of its peers. */
  readonly gates: readonly { readonly origin: string; readonly closedUntil: number }[];
}

/** Which process holds a worker, and which of its gates are closed: one sentence each. */
export function heldText({ at, holder, fence, leaseUntil, events, gates }: Held): readonly string[] {
  return [
    holder === ''
      ? 'No process holds it.'
      : `Process ${holder} holds it, by run ${fence}; nobody takes it over for ${durationText(leaseUntil - at)}.`,
    ...gates.map(
      ({ origin, closedUntil }) =>
        `The gate of ${origin} is closed for the whole fleet for ${durationText(closedUntil - at)}.`,
    ),
    ...(events > 0 ? [`${events} ${events === 1 ? 'event waits' : 'events wait'} to be folded.`] : []),
  ].map((line) => safeText(line));
}
