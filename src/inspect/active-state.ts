import { isRecord } from '../policy/wire-fields.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';

/** The path of a worker's innermost active state, as the chart's `data-state` has it; '' if its actor does not run. */
export function activeState({ snapshot }: SyncWorker): string {
  return snapshot?.status === 'active' ? innermost(snapshot.value) : '';
}

/** The path of the innermost state of a snapshot's value, joined by dots. The chart has no parallel states. */
export function innermost(value: unknown): string {
  if (typeof value === 'string') return value;
  const [entry] = isRecord(value) ? Object.entries(value) : [];
  return entry === undefined ? '' : [entry[0], innermost(entry[1])].filter(Boolean).join('.');
}
