import { eventLine } from '../../explain/event-line.ts';
import { utcText } from '../../explain/time-text.ts';
import { explain } from '../../explain/why.ts';
import { messageOf } from '../../policy/thrown.ts';
import { createWorkerContext } from '../../schedule/worker-context.ts';
import { happeningText } from './happening.ts';
import type { HistoryEntry } from './history.ts';

/**
 * Turns a history into text, one line per event: seconds since the world started, then the event in words, with `>` before
 * happenings.
 */
export function traceOf(history: readonly HistoryEntry[]): readonly string[] {
  return history.flatMap((entry) => {
    const text = textOf(entry);
    return text === undefined ? [] : [`${timeText(entry.elapsed)}  ${text}`];
  });
}

/** Right-aligned, so that the seconds of a trace line up. */
export function timeText(elapsed: number): string {
  return `+${elapsed.toFixed(3)} s`.padStart(14);
}

function textOf(entry: HistoryEntry): string | undefined {
  switch (entry.kind) {
    case 'happened':
      return `> ${happeningText(entry.happening)}`;
    case 'began':
      return `the worker begins, at ${utcText(entry.at)} UTC`;
    case 'start failed':
      return `the worker does not start: ${messageOf(entry.error)}`;
    case 'refused':
      return `${entry.peerUrl} says: not before ${utcText(Math.ceil(entry.until))} UTC`;
    case 'storage fault':
      return entry.text;
    case 'stopped':
      return entry.hasEnded ? 'the worker is stopped' : 'the worker does not come to a stop';
    case 'emitted':
      break;
    default:
      return undefined;
  }
  const { event, context, at } = entry;
  if (event.type === 'waits.bounded') return 'a wait that was too long was shortened';
  return eventLine(event, () => explain(context ?? createWorkerContext(), at)).message;
}
