import type { WorkerClock } from '../clock/worker-clock.ts';
import { durationText } from '../explain/time-text.ts';
import { waitOf } from '../explain/why.ts';
import type { SyncOutcome } from '../policy/sync-worker-state.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { clockOf, timeOf } from '../worker/worker-time.ts';

/** A worker that is later than this counts as wedged, in seconds. The worker checks the clock only once a minute. */
export const MAX_LATE_SECONDS = 60;

/** Whether a worker acts when it decided to, with a reason. */
export interface WorkerHealth {
  readonly healthy: boolean;
  /** A sentence. */
  readonly reason: string;
  readonly state: SyncOutcome;
  /** When its next run may start, in Unix seconds; while running, when the run counts as stuck. */
  readonly nextRunAt: number;
  /** Seconds by which it is late by its own decision, on the monotonic clock; 0 if it is not. */
  readonly lateSeconds: number;
}

/** Watches one worker. */
export interface HealthWatch {
  health(): WorkerHealth;
  close(): void;
}

/** Whether a worker this late is wedged. */
export function isWedged(lateSeconds: number): boolean {
  return lateSeconds > MAX_LATE_SECONDS;
}

/**
 * Watches whether a worker acts when it decided to. It is late by the monotonic time since the `until` of its decision, or since
 * the stuck limit of its run. Neither a wall clock that is set nor a machine that sleeps makes a worker late.
 *
 * @param clock @default the worker's clock
 */
export function watchHealth(
  worker: Pick<SyncWorker, 'actor' | 'why' | 'isStarted'>,
  clock?: Pick<WorkerClock, 'now' | 'monotonic'>,
): HealthWatch {
  const elapsed = (): number => {
    const own = clock ?? clockOf(worker);
    return (own.monotonic?.() ?? own.now()) / 1000;
  };
  let watched: SyncWorker['actor'];
  let unwatch: () => void = () => undefined;
  let decided: object | undefined;
  /** By the monotonic clock. */
  let dueBy = 0;

  const note = (): void => {
    if (watched === undefined) return;
    const { context } = watched.getSnapshot();
    const decision = context.run ?? context.decision;
    if (decision === decided) return;
    decided = decision;
    dueBy = elapsed() + Math.max(0, waitOf(context).until - timeOf(worker));
  };
  /** A restarted chart or worker has a new actor. */
  const follow = (): void => {
    const { actor } = worker;
    if (actor === watched) return;
    unwatch();
    watched = actor;
    decided = undefined;
    // The worker emits a failed chart; without an `error` handler here, XState would throw the error again.
    const subscription = actor?.subscribe({ next: note, error: () => undefined });
    unwatch = () => subscription?.unsubscribe();
    note();
  };

  follow();
  return {
    health: () => {
      follow();
      const { state, nextRunAt } = worker.why();
      const isRunning = worker.isStarted && watched?.getSnapshot().status !== 'stopped';
      const lateSeconds = isRunning ? Math.max(0, elapsed() - dueBy) : 0;
      const healthy = isRunning && !isWedged(lateSeconds);
      return { healthy, reason: reasonFor(isRunning, lateSeconds), state, nextRunAt, lateSeconds };
    },
    close: () => unwatch(),
  };
}

function reasonFor(isRunning: boolean, late: number): string {
  if (!isRunning) return 'The worker is not running; start it.';
  if (late === 0) return 'The worker is on time by its own decision.';
  const by = `The worker is late by ${durationText(late)}`;
  return isWedged(late)
    ? `${by}: it is wedged; restart it.`
    : `${by}; up to ${MAX_LATE_SECONDS} s is normal.`;
}
