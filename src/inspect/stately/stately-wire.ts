import { createInspector, type StatelyInspectionEvent } from '@statelyai/inspect';
import type { InspectionEvent } from 'xstate';
import { plainRecord } from '../viewers/plain-value.ts';
import { snapshotOf, visibleActor } from './visible-actor.ts';

/** What the page of the Stately Inspector is sent, in the spelling of `@statelyai/inspect`; plain JSON throughout. */
export interface StatelyEvent {
  readonly type: '@xstate.actor' | '@xstate.event' | '@xstate.snapshot';
  /** Which actor it is about, such as `x:0`. */
  readonly sessionId: string;
  /** The worker's own actor. */
  readonly rootId: string;
  readonly [field: string]: unknown;
}

/** Deep enough for each action of the chart; by default the library cuts them off. */
const DEFINITION_DEPTH = 24;

/**
 * Puts XState's inspection into the words of the Stately Inspector, by `@statelyai/inspect` itself. Of its ways in,
 * `inspect.next` is not used: it reads an event in a timer, where one that cannot be read ends the process. Of its ways
 * out, its WebSocket client is not used either: it cannot be told to stop while it connects, and tries for ever.
 *
 * @param worker what the worker is called on the page
 * @returns the event as plain JSON, without credentials; undefined for what the page has no use for
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
    // The library does not know which of several workers an event belongs to.
    const { type, rootId } = event;
    return { ...sent.pop(), ...names, type, sessionId: actor.sessionId, rootId };
  };
}

function plainEvent(event: { readonly type: string }): { type: string } {
  return { ...plainRecord(event), type: event.type };
}
