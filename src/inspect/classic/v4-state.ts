import { type PlainValue, plainRecord } from '../viewers/plain-value.ts';
import { type V4Event, v4Event } from './v4-event.ts';

/** A state as XState 4 writes one. */
export interface V4State {
  readonly value: PlainValue;
  readonly context: PlainValue;
  readonly event: V4Event['data'];
  readonly _event: V4Event;
  /** By it the visualizer addresses what it sends. */
  readonly _sessionid: string;
  readonly actions: readonly never[];
  readonly activities: Readonly<Record<string, never>>;
  readonly meta: Readonly<Record<string, never>>;
  readonly events: readonly never[];
  readonly children: Readonly<Record<string, never>>;
  readonly tags: readonly never[];
  readonly done: boolean;
  readonly changed: true;
}

/** A snapshot of XState 5, and the event that led to it, as a state of XState 4. */
export function v4State(snapshot: unknown, event: { readonly type: string }, sessionId: string): V4State {
  const { value = '', context = {}, status } = plainRecord(snapshot);
  const envelope = v4Event(event);
  return {
    value,
    context,
    event: envelope.data,
    _event: envelope,
    _sessionid: sessionId,
    actions: [],
    activities: {},
    meta: {},
    events: [],
    children: {},
    tags: [],
    done: status === 'done',
    changed: true,
  };
}
