import { eventTexts } from '../sync-answers.ts';
import { LOCAL_EVENTS } from './misbehaviour.ts';

/** The recorded events the worker does not have yet, as JSON texts. */
export const next: readonly string[] = eventTexts.slice(LOCAL_EVENTS);
/** Those it has. */
export const known: readonly string[] = eventTexts.slice(0, LOCAL_EVENTS);

export function idOf(event: string | undefined): string {
  return event === undefined ? '' : JSON.parse(event).event_id;
}
