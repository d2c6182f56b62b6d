import { systemClock } from '../clock/system-clock.ts';
import { CLOCK_CHECK_SECONDS } from '../clock/wall-clock.ts';
import type { WorkerClock } from '../clock/worker-clock.ts';
import type { SyncOutcome } from '../policy/sync-worker-state.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';

/** Whether a worker does what it is to do, and why it is thought so. */
export interface WorkerHealth {
  readonly healthy: boolean;
  /** A sentence. */
  readonly reason: string;
  readonly state: SyncOutcome;
  /** When its next run may begin, in Unix seconds; while running: when this run would be stuck. */
  readonly nextRunAt: number;
  /** By how many seconds its next look at the clock is late; 0 if it is not. */
  readonly lateSeconds: number;
}

/** Watches one worker. */
export interface HealthWatch {
  health(): WorkerHealth;
  close(): void;
}

/**
 * The spec's own rule: a waiting or running worker looks at the clock at the latest when something is due, and at least
 * once a minute. What was due is therefore over by more than a look interval only if a look is late by that much.
 *
 * @param lateSeconds by how much a look is late, by a clock that does not jump
 */
export function isWedged(lateSeconds: number): boolean {
  return lateSeconds > CLOCK_CHECK_SECONDS;
}

/**
 * Watches the looks of a worker. They are counted by the monotonic clock alone: a wall clock that is set, and a machine
 * that sleeps, make no worker late.
 *
 * @param clock the worker's, if it was given one
 */
export function watchHealth(
  worker: Pick<SyncWorker, 'actor' | 'why'>,
  clock: Pick<WorkerClock, 'now' | 'monotonic'> = systemClock,
): HealthWatch {
  const elapsed = (): number => (clock.monotonic ?? clock.now)() / 1000;
  let watched: SyncWorker['actor'];
  let unwatch: () => void = () => undefined;
  let nextLookBy = 0;
  let wasDue = false;

  const looked = (): void => {
    const { rule, nextRunAt, at } = worker.why();
    // What stays due from look to look is late from the first of them on.
    if (!(wasDue && rule === 'due')) nextLookBy = elapsed() + untilLook(nextRunAt - at);
    wasDue = rule === 'due';
  };
  /** A chart that failed, or a worker that was started again, has another actor. */
  const follow = (): void => {
    const { actor } = worker;
    if (actor === watched) return;
    unwatch();
    watched = actor;
    wasDue = false;
    // The worker itself tells of a chart that fails; without an `error` here it would be thrown a second time.
    const subscription = actor?.subscribe({ next: looked, error: () => undefined });
    unwatch = () => subscription?.unsubscribe();
    looked();
  };

  follow();
  return {
    health: () => {
      follow();
      const { state, nextRunAt } = worker.why();
      const status = watched?.getSnapshot().status;
      const running = status !== undefined && status !== 'stopped';
      const late = running ? Math.max(0, elapsed() - nextLookBy) : 0;
      return {
        healthy: running && !isWedged(late),
        reason: reasonFor(running, late),
        state,
        nextRunAt,
        lateSeconds: late,
      };
    },
    close: () => unwatch(),
  };
}

function untilLook(seconds: number): number {
  return Math.min(Math.max(0, seconds), CLOCK_CHECK_SECONDS);
}

function reasonFor(running: boolean, late: number): string {
  if (!running) return 'The worker is not running; start it.';
  if (!isWedged(late)) return 'The worker looks at the clock when it is to.';
  const most = `at most ${CLOCK_CHECK_SECONDS} s late`;
  return `The worker was to look at the clock ${Math.floor(late)} s ago, and a due run starts ${most}: it is wedged; restart it.`;
}
