import type { ReceiverEvent } from '@xstate/inspect/lib/types.js';
import type { InspectionEvent } from 'xstate';
import { syncWorkerMachine } from '../../worker/sync-worker-machine.ts';
import type { Translate } from '../viewers/broadcast.ts';
import { type PlainValue, plainRecord } from '../viewers/plain-value.ts';
import { v4Definition, v4EventType } from './v4-definition.ts';

/**
 * The messages of `@xstate/inspect` about one worker, typed by that library and read by its own receiver in the tests. What it
 * would do at run time is left out: it keeps each service for ever, needs a global of the host, and brings XState 4 along.
 */
export function classicMessages(name: string): Translate {
  return (event) => {
    // The classic visualizer knows machines only; the attempts are seen in the state that invokes them.
    if (event.actorRef.sessionId !== event.rootId) return [];
    switch (event.type) {
      case '@xstate.actor': {
        const snapshot: unknown = event.actorRef.getSnapshot();
        if (!isActive(snapshot)) return [];
        const machine = JSON.stringify(v4Definition(syncWorkerMachine));
        const state = stateText(name, snapshot, { type: 'xstate.init' });
        return [text({ type: 'service.register', sessionId: name, id: name, machine, state })];
      }
      case '@xstate.event':
        return [
          text({ type: 'service.event', sessionId: name, event: JSON.stringify(v4Event(event.event)) }),
        ];
      case '@xstate.snapshot':
        // The state that an actor begins in is in its registration.
        if (event.event.type === 'xstate.init') return [];
        return [
          stateMessage(name, event.snapshot, event.event),
          ...(isActive(event.snapshot) ? [] : [stopMessage(name)]),
        ];
      default:
        return [];
    }
  };
}

/** A refusal as the state as it is, come to by an event that says it: of states alone the visualizer shows anything. */
export function refusalMessage(name: string, snapshot: unknown, reason: string): string {
  return stateMessage(name, snapshot, { type: 'event.refused', reason });
}

export function stopMessage(name: string): string {
  return text({ type: 'service.stop', sessionId: name });
}

type GivenEvent = Extract<InspectionEvent, { type: '@xstate.event' }>['event'];

function stateMessage(name: string, snapshot: unknown, event: GivenEvent): string {
  return text({ type: 'service.state', sessionId: name, state: stateText(name, snapshot, event) });
}

/** By its `sessionId` the visualizer tells services apart, and addresses what it sends. */
function text(event: ReceiverEvent): string {
  return JSON.stringify(event);
}

function stateText(name: string, given: unknown, event: GivenEvent): string {
  const { value = '', context = {}, status } = plainRecord(given);
  const envelope = v4Event(event);
  const nothing = { actions: [], activities: {}, meta: {}, events: [], children: {}, tags: [] };
  const done = status === 'done';
  return JSON.stringify({
    ...{ value, context, event: envelope.data, _event: envelope, _sessionid: name },
    ...nothing,
    done,
    changed: true,
  });
}

/** In the envelope of SCXML. */
function v4Event(event: GivenEvent): Readonly<Record<'name' | 'data' | '$$type' | 'type', PlainValue>> {
  const name = v4EventType(event.type);
  return { name, data: { ...plainRecord(event), type: name }, $$type: 'scxml', type: 'external' };
}

function isActive(snapshot: unknown): boolean {
  return (
    typeof snapshot === 'object' && snapshot !== null && 'status' in snapshot && snapshot.status === 'active'
  );
}
