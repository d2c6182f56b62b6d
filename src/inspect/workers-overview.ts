import type { SyncWorker } from '../worker/sync-worker.ts';
import type { WorkerCondition, WorkerRow, WorkersOverview } from './inspector-view.ts';

const MAX_ROWS = 100;

/** The worst first. */
const ranks: readonly WorkerCondition[] = [
  'stuck',
  'fork',
  'error',
  'stopped',
  'solo',
  'idle',
  'running',
  'ok',
];

/** An overview of all workers, the worst first. Reads only a few fields of each, because there may be thousands. */
export function workersOverview(
  workers: Iterable<readonly [name: string, worker: SyncWorker]>,
  search: string,
): WorkersOverview {
  const wanted = search.trim().toLowerCase();
  const counts: Partial<Record<WorkerCondition, number>> = {};
  const found: WorkerRow[] = [];
  let total = 0;
  for (const [name, worker] of workers) {
    const row = rowOf(name, worker);
    total += 1;
    counts[row.condition] = (counts[row.condition] ?? 0) + 1;
    if (`${name} ${row.condition}`.toLowerCase().includes(wanted)) found.push(row);
  }
  found.sort(
    (one, other) =>
      ranks.indexOf(one.condition) - ranks.indexOf(other.condition) ||
      other.failures - one.failures ||
      one.lastOkAt - other.lastOkAt,
  );
  return { total, counts, rows: found.slice(0, MAX_ROWS), found: found.length };
}

function rowOf(name: string, { state, snapshot, isStarted }: SyncWorker): WorkerRow {
  const { lastOutcome, lastSyncStartedAt, lastSyncFinishedAt, lastSyncOkAt, consecutiveFailures } = state;
  const context = isStarted ? snapshot?.context : undefined;
  const isStuck = context !== undefined && context.stuckPeers.length > 0;
  const run = context?.run;
  return {
    name,
    condition: context === undefined ? 'stopped' : isStuck ? 'stuck' : lastOutcome,
    since: lastOutcome === 'running' ? lastSyncStartedAt : lastSyncFinishedAt,
    lastOkAt: lastSyncOkAt,
    failures: consecutiveFailures,
    next: run ? run.startedAt + run.stuckAfterSeconds : (context?.decision.until ?? null),
  };
}
