import type { ReceiverEvent } from '@xstate/inspect/lib/types.js';
import type { InspectionEvent } from 'xstate';
import { syncWorkerMachine } from '../../worker/sync-worker-machine.ts';
import type { Translate } from '../viewers/broadcast.ts';
import { type PlainValue, plainRecord } from '../viewers/plain-value.ts';
import { v4Definition, v4EventType } from './v4-definition.ts';

/**
 * The messages of `@xstate/inspect` about one worker. We use its types, and the tests read the messages with its receiver, but
 * its code is not used at run time: it keeps every service forever, needs a global of the host, and depends on XState 4.
 */
export function classicMessages(name: string): Translate {
  return (event) => {
    // The classic visualizer only knows machines; an attempt shows in the state that invokes it.
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
        // The registration of an actor contains its initial state.
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

/** A refusal, sent as the unchanged state with an event that names the reason: the visualizer only shows states. */
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

/** The visualizer identifies services, and addresses its events, by `sessionId`. */
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

/** An event in XState 4's SCXML envelope. */
function v4Event(event: GivenEvent): Readonly<Record<'name' | 'data' | '$$type' | 'type', PlainValue>> {
  const name = v4EventType(event.type);
  return { name, data: { ...plainRecord(event), type: name }, $$type: 'scxml', type: 'external' };
}

function isActive(snapshot: unknown): boolean {
  return (
    typeof snapshot === 'object' && snapshot !== null && 'status' in snapshot && snapshot.status === 'active'
  );
}
