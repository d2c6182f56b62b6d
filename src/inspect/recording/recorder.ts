import type { InspectionEvent } from 'xstate';
import { eventLine } from '../../explain/event-line.ts';
import { readChart, transitionId } from '../../explain/read-chart.ts';
import { explain, type Why } from '../../explain/why.ts';
import { safeText } from '../../policy/safe-text.ts';
import { isRecord } from '../../policy/wire-fields.ts';
import { createWorkerContext, type WorkerContext } from '../../schedule/worker-context.ts';
import type { SyncWorkerNotification } from '../../worker/notifications.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import { syncWorkerMachine } from '../../worker/sync-worker-machine.ts';
import { timeOf } from '../../worker/worker-time.ts';
import { watchActor } from '../actor-watch.ts';
import { plainRecord } from '../viewers/plain-value.ts';
import { diff } from './json-patch.ts';
import {
  chartDefinition,
  RECORDING_VERSION,
  type RecordedEvent,
  type RecordedLine,
  type RecordedNotification,
  type Recording,
  type RecordingStart,
} from './recording.ts';

/** How much a recorder keeps. */
export interface RecorderLimits {
  /** Called for each line, because the limit may change. */
  readonly maxLines: (isObserved: boolean) => number;
  /** @default Infinity */
  readonly maxSeconds?: number;
}

/** Keeps the last events of a worker, in bounded memory. */
export interface Recorder {
  /** How many lines were ever recorded. */
  readonly pushed: number;
  /** The lines after the first `number`, with their starting point. Dropped lines are missing. */
  since(number: number): Recording;
  /**
   * Inspects the actor until the returned function is called. XState makes that expensive, so without an observer only the
   * worker's events are recorded.
   */
  observe(): () => void;
  /** Removes everything from the worker. */
  close(): void;
}

/** A line as it is kept: what can be derived later is derived when somebody reads it. */
interface KeptLine extends Omit<RecordedLine, 'changes' | 'emitted' | 'transitions'> {
  readonly context: WorkerContext;
  readonly heard: SyncWorkerNotification[];
  /** Undefined if it must be inferred. */
  transitions: RecordedLine['transitions'] | undefined;
  changes?: RecordedLine['changes'];
  emitted?: RecordedLine['emitted'];
}

/** Lines are dropped in batches of this size, so that not every line copies the list. */
const SLACK = 32;

const chart = chartDefinition(syncWorkerMachine);
const { edges } = readChart(syncWorkerMachine);

/**
 * Records what a worker does, one line per event, up to the limits; the oldest lines are dropped first.
 *
 * @param changed called for each line, so it must be very cheap
 */
export function createRecorder(
  worker: SyncWorker,
  name: string,
  { maxLines, maxSeconds = Number.POSITIVE_INFINITY }: RecorderLimits,
  changed: () => void = () => undefined,
): Recorder {
  let before: Pick<KeptLine, 'at' | 'to' | 'context'> = { at: timeOf(worker), ...present(worker) };
  let last = before;
  let lines: KeptLine[] = [];
  let pushed = 0;
  /** The value of `pushed` at the last read. */
  let read = 0;
  /** The event that the actor is processing, and its transitions so far. */
  let step: { readonly event: RecordedEvent; readonly transitions: string[] } | undefined;
  let heard: SyncWorkerNotification[] = [];

  const push = (line: Pick<KeptLine, 'event' | 'transitions' | 'heard' | 'to' | 'context'>): void => {
    const kept = { ...line, at: timeOf(worker), from: last.to };
    lines.push(kept);
    pushed += 1;
    last = kept;
    const oldest = kept.at - maxSeconds;
    const max = maxLines(observers.size > 0);
    if (lines.length >= max + SLACK || (lines[SLACK]?.at ?? kept.at) < oldest) {
      const count = Math.max(
        lines.length - max,
        lines.findIndex(({ at }) => at >= oldest),
      );
      before = lines[count - 1] ?? before;
      lines = lines.slice(count);
    }
    changed();
  };
  const note = (event: SyncWorkerNotification): void => {
    if (step !== undefined) {
      heard.push(event);
      return;
    }
    const { to, context } = observers.size > 0 ? last : present(worker);
    const newest = lines.at(-1);
    // Events of one step of the chart share a line, unless it has already been read.
    if (pushed > read && newest?.event === null && newest.context === context && newest.to === to) {
      newest.heard.push(event);
      return;
    }
    push({ event: null, transitions: undefined, heard: [event], to, context });
  };
  const finish = (event: Extract<InspectionEvent, { type: '@xstate.snapshot' }>): void => {
    const { snapshot } = event;
    if (!('context' in snapshot && 'value' in snapshot)) return;
    const context = snapshot.context as WorkerContext;
    const to = snapshot.status === 'active' ? innermost(snapshot.value) : '';
    // Without a step this is an announcement: record it if something happened while nobody was watching.
    if (step !== undefined || to !== last.to || diff(last.context, context).length > 0) {
      push({ event: step?.event ?? null, transitions: step?.transitions ?? [], heard, to, context });
    }
    step = undefined;
    heard = [];
  };
  const inspect = (event: InspectionEvent): void => {
    if (event.actorRef.sessionId !== event.rootId) return;
    if (event.type === '@xstate.event') {
      step = { event: { ...plainRecord(event.event), type: event.event.type }, transitions: [] };
    } else if (event.type === '@xstate.microstep') {
      step?.transitions.push(...event._transitions.map(knownId));
    } else if (event.type === '@xstate.snapshot') finish(event);
  };

  let off = worker.on('*', note);
  const observers = new Set<object>();
  let unwatch: () => void = () => undefined;
  return {
    get pushed() {
      return pushed;
    },
    since: (number) => {
      const first = Math.max(0, lines.length - Math.max(0, pushed - number));
      const { at, to: state, context } = lines[first - 1] ?? before;
      const start: RecordingStart = {
        recording: 'infonet-sync-worker',
        version: RECORDING_VERSION,
        worker: name,
        at,
        chart,
        state,
        context,
      };
      read = pushed;
      let known = context;
      const recorded = lines.slice(first).map((line): RecordedLine => {
        const { at, event, from, to, context: reached, heard: said } = line;
        line.changes ??= diff(known, reached);
        line.transitions ??= inferred(from, to, said.at(-1)?.type);
        line.emitted ??= said.map((one) => recordedNotification(one, () => explain(reached, at)));
        known = reached;
        const { transitions, changes, emitted } = line;
        return { at, event, from, to, transitions, changes, emitted };
      });
      return { start, lines: recorded };
    },
    observe: () => {
      const observer = {};
      observers.add(observer);
      if (observers.size === 1) {
        // Must be attached before `note`, so that a new actor is announced before its events.
        off();
        unwatch = watchActor(worker, inspect);
        off = worker.on('*', note);
      }
      return () => {
        if (!observers.delete(observer) || observers.size > 0) return;
        unwatch();
        step = undefined;
      };
    },
    close: () => {
      off();
      unwatch();
    },
  };
}

/** The path of the innermost state of a snapshot's value, joined by dots. The chart has no parallel states. */
export function innermost(value: unknown): string {
  if (typeof value === 'string') return value;
  const [entry] = isRecord(value) ? Object.entries(value) : [];
  return entry === undefined ? '' : [entry[0], innermost(entry[1])].filter(Boolean).join('.');
}

/** The current state and context. A worker that was never started has no actor, so its context is made from what it knows. */
function present(worker: SyncWorker): { readonly to: string; readonly context: WorkerContext } {
  const { snapshot, state, peers } = worker;
  if (snapshot === undefined) return { to: '', context: createWorkerContext({ state, peers }) };
  return { to: snapshot.status === 'active' ? innermost(snapshot.value) : '', context: snapshot.context };
}

const ids = new WeakMap<object, string>();

function knownId(transition: Parameters<typeof transitionId>[0]): string {
  const id = ids.get(transition) ?? transitionId(transition);
  ids.set(transition, id);
  return id;
}

/** The transition from one state to another that emits these events, if the chart has only one such. */
function inferred(from: string, to: string, emits: string | undefined): readonly string[] {
  if (from === to || emits === undefined) return [];
  const fitting = edges.filter(
    ({ target, actions }) =>
      target !== undefined && actions.emits.includes(emits) && (to === target || to.startsWith(`${target}.`)),
  );
  const direct = fitting.filter(({ source }) => source === from);
  const [found, ...others] = direct.length > 0 ? direct : fitting;
  return found !== undefined && others.length === 0 ? [found.id] : [];
}

/** A worker's event, as in a line of a recording. */
export function recordedNotification(event: SyncWorkerNotification, why: () => Why): RecordedNotification {
  const { type } = event;
  const text = safeText(eventLine(event, why).message, 500);
  switch (type) {
    case 'attempt.started':
    case 'run.stuck':
      return { type, text, peerUrl: event.peerUrl };
    case 'attempt.finished': {
      const { peerUrl, durationSeconds, result } = event;
      const error = result.outcome === 'ok' ? {} : { error: safeText(result.error, 500) };
      return { type, text, peerUrl, durationSeconds, outcome: result.outcome, ...error };
    }
    case 'run.finished':
      return { type, text, outcome: event.state.lastOutcome };
    default:
      return { type, text };
  }
}
