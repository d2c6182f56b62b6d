import type { AnyTransitionDefinition } from 'xstate';
import { transitionId } from '../../explain/read-chart.ts';
import { explain } from '../../explain/why.ts';
import { diff } from '../../inspect/recording/json-patch.ts';
import { innermost, recordedNotification } from '../../inspect/recording/recorder.ts';
import {
  chartDefinition,
  RECORDING_VERSION,
  type RecordedEvent,
  type RecordedLine,
  type RecordedNotification,
  type Recording,
} from '../../inspect/recording/recording.ts';
import { plainRecord } from '../../inspect/viewers/plain-value.ts';
import { createWorkerContext, type WorkerContext } from '../../schedule/worker-context.ts';
import { syncWorkerMachine } from '../../worker/sync-worker-machine.ts';
import type { HistoryEntry } from './history.ts';

/** Turns a history into a recording for `sync-worker replay`. Happenings become events named `world.…`. */
export function recordingOf(history: readonly HistoryEntry[], worker: string): Recording {
  const first = history.find((entry) => entry.kind === 'began');
  let context: WorkerContext = createWorkerContext(first?.kind === 'began' ? first.input : {});
  let state = '';
  let emitted: RecordedNotification[] = [];
  const start = {
    recording: 'infonet-sync-worker',
    version: RECORDING_VERSION,
    worker,
    at: history[0]?.at ?? 0,
    chart: chartDefinition(syncWorkerMachine),
    state,
    context,
  } as const;

  const lines: RecordedLine[] = [];
  const line = (
    at: number,
    event: RecordedEvent | null,
    to: string,
    next: WorkerContext,
    transitions: readonly AnyTransitionDefinition[] = [],
  ): void => {
    const changes = diff(context, next);
    lines.push({ at, event, from: state, to, transitions: transitions.map(transitionId), changes, emitted });
    context = next;
    state = to;
    emitted = [];
  };
  for (const entry of history) {
    const { at } = entry;
    switch (entry.kind) {
      case 'happened': {
        const { kind, ...what } = entry.happening;
        if (emitted.length > 0) line(at, null, state, context);
        const isEnd = kind === 'crash';
        line(
          at,
          { ...plainRecord(what), type: `world.${kind.replaceAll(' ', '-')}` },
          isEnd ? '' : state,
          context,
        );
        break;
      }
      case 'emitted': {
        if (entry.event.type === 'waits.bounded') break;
        const now = entry.context ?? context;
        emitted.push(recordedNotification(entry.event, () => explain(now, at)));
        break;
      }
      case 'step': {
        const { event, value, transitions } = entry;
        line(at, { ...plainRecord(event), type: event.type }, innermost(value), entry.context, transitions);
        break;
      }
      case 'stopped':
        line(at, { type: 'world.stopped' }, '', context);
        break;
      case 'settled':
        // Events emitted outside of a step, such as a failed save.
        if (emitted.length > 0) line(at, null, state, context);
        break;
      default:
    }
  }
  return { start, lines };
}
