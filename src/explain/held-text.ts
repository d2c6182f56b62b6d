import { safeText } from '../policy/safe-text.ts';
import { durationText } from './time-text.ts';

/** Who runs a worker of a fleet, and what holds it back. Times are Unix seconds. */
export interface Held {
  readonly at: number;
  /** The process that runs it; '' if none does. */
  readonly holder: string;
  /** Grows with each run. */
  readonly fence: string;
  /** Nobody takes a run under way over before this; 0 while none is. */
  readonly leaseUntil: number;
  /** Operators' events that the next look folds. */
  readonly events: number;
  /** The gates of its peers that are closed. */
  readonly gates: readonly { readonly origin: string; readonly closedUntil: number }[];
}

/** Who holds a worker, and which of its gates are closed, in a sentence each. */
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
