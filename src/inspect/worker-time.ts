import { isRecord } from '../policy/wire-fields.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';

/** The wall time of a worker's own clock, in Unix seconds with a fraction. */
export function timeOf(worker: SyncWorker): number {
  const { actor } = worker;
  const clock: unknown = actor !== undefined && 'clock' in actor ? actor.clock : undefined;
  const now: unknown = isRecord(clock) && typeof clock['now'] === 'function' ? clock['now']() : undefined;
  // The worker's own account also tells the time, but looks at every peer for it.
  return typeof now === 'number' && Number.isFinite(now) ? now / 1000 : worker.why().at;
}
