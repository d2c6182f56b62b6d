import { createInspector, type StatelyInspectionEvent } from '@statelyai/inspect';
import type { InspectionEvent } from 'xstate';
import { plainRecord } from '../viewers/plain-value.ts';
import { snapshotOf, visibleActor } from './visible-actor.ts';

/** A message to the Stately Inspector's page, in the format of `@statelyai/inspect`; plain JSON throughout. */
export interface StatelyEvent {
  readonly type: '@xstate.actor' | '@xstate.event' | '@xstate.snapshot';
  /** The actor's id, such as `x:0`. */
  readonly sessionId: string;
  /** The id of the worker's actor. */
  readonly rootId: string;
  readonly [field: string]: unknown;
}

/** Deep enough for every action of the chart; the library's default would cut them off. */
const DEFINITION_DEPTH = 24;

/**
 * Converts XState's inspection events to the format of the Stately Inspector, with `@statelyai/inspect` itself. Its
 * `inspect.next` is not used: it reads events in a timer, where an unreadable one would end the process. Its WebSocket client is
 * not used either: it cannot be stopped while it connects, and retries forever.
 *
 * @param worker the name of the worker on the page
 * @returns the event as plain JSON, without credentials; undefined for an event that the page does not use
 */
export function createStatelyWire(worker: string): (event: InspectionEvent) => StatelyEvent | undefined {
  const sent: StatelyInspectionEvent[] = [];
  const send = (event: StatelyInspectionEvent): void => {
    sent.push(event);
  };
  const inspector = createInspector({ send }, { serializationDepthLimit: DEFINITION_DEPTH });

  return (event) => {
    const actor = visibleActor(event.actorRef);
    let names = {};
    switch (event.type) {
      case '@xstate.actor': {
        inspector.actor(actor, plainRecord(snapshotOf(event.actorRef)));
        const name = actor.sessionId === event.rootId ? worker : actor.id;
        const definition = actor.logic === undefined ? { definition: JSON.stringify({ id: actor.id }) } : {};
        names = { name, ...definition };
        break;
      }
      case '@xstate.event': {
        const { sourceRef } = event;
        const source = sourceRef === undefined ? {} : { source: sourceRef.sessionId };
        inspector.event(actor, plainEvent(event.event), source);
        break;
      }
      case '@xstate.snapshot':
        inspector.snapshot(actor, plainRecord(event.snapshot), { event: plainEvent(event.event) });
        break;
      default:
        return undefined;
    }
    // The library does not distinguish several workers.
    const { type, rootId } = event;
    return { ...sent.pop(), ...names, type, sessionId: actor.sessionId, rootId };
  };
}

function plainEvent(event: { readonly type: string }): { type: string } {
  return { ...plainRecord(event), type: event.type };
}
