import type { AnyTransitionDefinition, InspectionEvent } from 'xstate';
import { eventLine } from '../explain/event-line.ts';
import { transitionId } from '../explain/read-chart.ts';
import { safeText } from '../policy/safe-text.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { timeOf } from '../worker/worker-time.ts';
import { innermost } from './active-state.ts';
import { watchActor } from './actor-watch.ts';
import type { InspectorLine, InspectorStep } from './inspector-view.ts';
import { Ring } from './ring.ts';
import { RunHistory } from './run-history.ts';

const MAX_STEPS = 50;
const MAX_LINES = 500;
/** More of a line is not kept. */
const MAX_CHARACTERS = 500;

/** What is remembered of a worker while it is inspected: no more after a million events than after a few hundred. */
export interface Journal {
  /** Since somebody looks. */
  readonly steps: Ring<InspectorStep>;
  readonly lines: Ring<InspectorLine>;
  readonly history: RunHistory;
  /** Somebody looks, until what this gives is called. Only then is the actor inspected, as XState makes that dear. */
  look(): () => void;
  /** Takes everything off the worker. */
  close(): void;
}

/** @param changed called back at each change, so often that it must only make a note of it */
export function keepJournal(worker: SyncWorker, changed: () => void): Journal {
  let steps = new Ring<InspectorStep>(MAX_STEPS);
  const lines = new Ring<InspectorLine>(MAX_LINES);
  const history = new RunHistory(worker.why());

  const off = worker.on('*', (event) => {
    const at = timeOf(worker);
    const text = safeText(eventLine(event, worker.why).message, MAX_CHARACTERS);
    lines.push({ id: lines.pushed + 1, at, type: event.type, text });
    history.note(event, at);
    changed();
  });
  const noteStep = (event: Extract<InspectionEvent, { type: '@xstate.microstep' }>): void => {
    if (event._transitions.length === 0) return;
    const state = 'value' in event.snapshot ? innermost(event.snapshot.value) : '';
    steps.push({ at: timeOf(worker), state, edges: event._transitions.map(edgeOf) });
  };
  const lookers = new Set<object>();
  let unwatch: () => void = () => undefined;
  const watch = (): void => {
    // Those of an earlier look do not lead to where the worker is now.
    steps = new Ring(MAX_STEPS);
    unwatch = watchActor(worker, (event) => {
      if (event.type === '@xstate.microstep') noteStep(event);
      if (event.type === '@xstate.snapshot') changed();
    });
  };
  return {
    get steps() {
      return steps;
    },
    lines,
    history,
    look: () => {
      const looker = {};
      if (lookers.size === 0) watch();
      lookers.add(looker);
      return () => {
        if (lookers.delete(looker) && lookers.size === 0) unwatch();
      };
    },
    close: () => {
      off();
      unwatch();
    },
  };
}

const edges = new WeakMap<AnyTransitionDefinition, string>();

function edgeOf(transition: AnyTransitionDefinition): string {
  const known = edges.get(transition);
  if (known !== undefined) return known;
  const edge = transitionId(transition);
  edges.set(transition, edge);
  return edge;
}
