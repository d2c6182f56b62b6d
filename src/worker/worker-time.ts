import { systemClock } from '../clock/system-clock.ts';
import type { WorkerClock } from '../clock/worker-clock.ts';
import { isRecord } from '../policy/wire-fields.ts';
import type { SyncWorker } from './sync-worker.ts';

/** The worker's clock, taken from its actor; the system clock before the first start. */
export function clockOf({ actor }: Pick<SyncWorker, 'actor'>): Pick<WorkerClock, 'now' | 'monotonic'> {
  const clock: unknown = actor !== undefined && 'clock' in actor ? actor.clock : undefined;
  return isClock(clock) ? clock : systemClock;
}

/** The wall time of a worker's clock, in Unix seconds with a fraction. Cheaper than `why().at`, which explains every peer. */
export function timeOf(worker: Pick<SyncWorker, 'actor' | 'why'>): number {
  const now = worker.actor === undefined ? Number.NaN : clockOf(worker).now() / 1000;
  return Number.isFinite(now) ? now : worker.why().at;
}

function isClock(clock: unknown): clock is Pick<WorkerClock, 'now' | 'monotonic'> {
  return isRecord(clock) && typeof clock['now'] === 'function';
}
