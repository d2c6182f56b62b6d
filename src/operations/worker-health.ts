import type { WorkerClock } from '../clock/worker-clock.ts';
import { durationText } from '../explain/time-text.ts';
import { waitOf } from '../explain/why.ts';
import type { SyncOutcome } from '../policy/sync-worker-state.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { clockOf, timeOf } from '../worker/worker-time.ts';

/** How late a worker may be before it counts as wedged, in seconds: the clock itself is checked once a minute. */
export const MAX_LATE_SECONDS = 60;

/** Whether a worker does what it is to do, and why it is thought so. */
export interface WorkerHealth {
  readonly healthy: boolean;
  /** A sentence. */
  readonly reason: string;
  readonly state: SyncOutcome;
  /** When its next run may begin, in Unix seconds; while running: when this run would be stuck. */
  readonly nextRunAt: number;
  /** Seconds by which it has outstayed the wait it decided on, by a clock that does not jump; 0 if it has not. */
  readonly lateSeconds: number;
}

/** Watches one worker. */
export interface HealthWatch {
  health(): WorkerHealth;
  close(): void;
}

/** Whether a worker that is late by so many seconds is wedged. */
export function isWedged(lateSeconds: number): boolean {
  return lateSeconds > MAX_LATE_SECONDS;
}

/**
 * Watches whether a worker keeps to what it decided: it is late by the monotonic time past the `until` of its decision, or past
 * the stuck limit of its run. A wall clock that is set, and a machine that sleeps, make no worker late.
 *
 * @param clock @default the worker's own
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
  /** A chart that failed, or a worker that was started again, has another actor. */
  const follow = (): void => {
    const { actor } = worker;
    if (actor === watched) return;
    unwatch();
    watched = actor;
    decided = undefined;
    // The worker itself emits that a chart failed; without an `error` here it would be thrown a second time.
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
  if (late === 0) return 'The worker waits for what it decided on.';
  const by = `The worker is late by ${durationText(late)}`;
  return isWedged(late)
    ? `${by}: it is wedged; restart it.`
    : `${by}; up to ${MAX_LATE_SECONDS} s is no fault.`;
}
