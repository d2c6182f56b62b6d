import type { SyncWorkerActor } from '../../machines/sync-worker.contract.ts';
import type { AttemptControl } from './attempt-control.ts';
import type { WorkerActor } from './worker-actor.ts';

/**
 * Aborts the attempt under way, waits for its end, withdraws the run, and stops the actor. A sync function that does not end
 * within the grace period may still write, so its run is not withdrawn but left as after a crash.
 *
 * @param now Unix seconds, read once the attempt is over
 */
export async function stopInOrder(
  attempts: AttemptControl,
  actor: WorkerActor,
  now: () => number,
): Promise<void> {
  const withdrawal = await attempts.withdraw();
  // If an attempt has just ended, the chart takes a few turns to end its run or to try another peer, which is refused.
  if (withdrawal.kind === 'none') await Promise.race([runEnds(actor.current), attempts.refused()]);
  if (withdrawal.kind !== 'still running' && isInRun(actor.current)) {
    // A refused attempt asked nobody and takes precedence; otherwise use the answer of the aborted one.
    const answer = attempts.refusal ?? (withdrawal.kind === 'over' ? withdrawal.answer : undefined);
    actor.send({ type: 'run.withdraw', at: now(), answer });
  }
  actor.end();
}

/** Resolves when no attempt is under way any more. */
async function runEnds(actor: SyncWorkerActor | undefined): Promise<void> {
  if (actor === undefined || !isInRun(actor)) return;
  await new Promise<void>((resolve) => {
    const subscription = actor.subscribe({
      next: () => {
        if (isInRun(actor)) return;
        subscription.unsubscribe();
        resolve();
      },
      error: () => resolve(),
    });
  });
}

/** A chart that failed has no run, even if its last snapshot still shows one. */
function isInRun(actor: SyncWorkerActor | undefined): boolean {
  const snapshot = actor?.getSnapshot();
  return snapshot?.status === 'active' && snapshot.context.run !== null;
}
