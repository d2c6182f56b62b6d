import type { SyncWorkerActor } from '../../machines/sync-worker.contract.ts';
import type { AttemptControl } from './attempt-control.ts';
import type { WorkerActor } from './worker-actor.ts';

/**
 * Aborts the attempt under way, waits for its end, withdraws the run, and stops the actor. A sync function that does not end
 * within its grace may still write: its run is left as a crash leaves one.
 *
 * @param now Unix seconds, read when the attempt is over
 */
export async function stopInOrder(
  attempts: AttemptControl,
  actor: WorkerActor,
  now: () => number,
): Promise<void> {
  const withdrawal = await attempts.withdraw();
  // An attempt that has just ended: its run ends in the chart a few turns later, or would go on at another peer.
  if (withdrawal.kind === 'none') await Promise.race([runEnds(actor.current), attempts.refused()]);
  if (withdrawal.kind !== 'still running' && isInRun(actor.current)) {
    // Of an attempt that began meanwhile it is known that it asked nobody; the answer is that of the one before.
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

/** A chart that failed is in no run, whatever its last snapshot says. */
function isInRun(actor: SyncWorkerActor | undefined): boolean {
  const snapshot = actor?.getSnapshot();
  return snapshot?.status === 'active' && snapshot.context.run !== null;
}
