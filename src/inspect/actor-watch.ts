import type { AnyActorRef, InspectionEvent } from 'xstate';
import type { SyncWorkerActor } from '../../machines/sync-worker.contract.ts';
import { systemReport } from '../clock/system-ports.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';

/** Milliseconds between two checks for a new actor, while there is no active one. */
const CHECK_MS = 100;

/**
 * Inspects a worker's actor with XState, and each new actor after a restart or a revival. An existing actor and what it invokes
 * are announced the way XState announces new ones: `@xstate.actor`, then `@xstate.snapshot`. A failed actor is reported as a
 * snapshot of status 'error', which XState itself does not do.
 *
 * In XState an inspector that throws fails the actor; here the first such error becomes a process warning.
 *
 * @returns a function that ends the inspection
 */
export function watchActor(worker: SyncWorker, observe: (event: InspectionEvent) => void): () => void {
  let watched: SyncWorkerActor | undefined;
  let detach: () => void = () => undefined;
  let hasFailed = false;

  const report = (event: InspectionEvent): void => {
    try {
      observe(event);
    } catch (cause) {
      if (!hasFailed) systemReport(new Error('An inspector of the worker threw', { cause }));
      hasFailed = true;
    }
  };
  const attach = (): void => {
    const { actor } = worker;
    if (actor === undefined || actor === watched) return;
    detach();
    watched = actor;
    announce(actor, actor.sessionId, report);
    const inspection = actor.system.inspect(report);
    const end = actor.subscribe({
      error: (error) => {
        const event = { type: 'xstate.error', error };
        report({
          type: '@xstate.snapshot',
          actorRef: actor,
          rootId: actor.sessionId,
          event,
          snapshot: actor.getSnapshot(),
        });
      },
    });
    detach = () => {
      inspection.unsubscribe();
      end.unsubscribe();
    };
  };
  attach();
  // Also check by time: a new actor takes steps before it emits its first event.
  const off = worker.on('*', attach);
  const checks = setInterval(() => {
    if (watched?.getSnapshot().status !== 'active') attach();
  }, CHECK_MS);
  checks.unref();
  return () => {
    clearInterval(checks);
    off();
    detach();
  };
}

function announce(actor: AnyActorRef, rootId: string, report: (event: InspectionEvent) => void): void {
  const snapshot = actor.getSnapshot();
  report({ type: '@xstate.actor', actorRef: actor, rootId });
  report({ type: '@xstate.snapshot', actorRef: actor, rootId, event: { type: 'xstate.init' }, snapshot });
  const children: Readonly<Record<string, AnyActorRef | undefined>> = snapshot.children ?? {};
  for (const child of Object.values(children)) if (child !== undefined) announce(child, rootId, report);
}
