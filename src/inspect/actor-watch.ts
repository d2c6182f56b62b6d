import type { AnyActorRef, InspectionEvent } from 'xstate';
import type { SyncWorkerActor } from '../../machines/sync-worker.contract.ts';
import { systemReport } from '../clock/system-ports.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';

/** Milliseconds between two checks for a new actor, while there is none that lives. */
const CHECK_MS = 100;

/**
 * XState's inspection of a worker's actor, and of each new actor it gets by a restart or a revival. An actor that is
 * there already, and what it invokes, is announced the way XState announces a new one: `@xstate.actor`, then
 * `@xstate.snapshot`. An actor that failed is reported as a snapshot of status 'error', which XState itself does not do.
 *
 * XState lets an inspector that throws fail the actor; here the first such error becomes a warning of the process.
 *
 * @returns what takes it off again
 */
export function watchActor(worker: SyncWorker, observe: (event: InspectionEvent) => void): () => void {
  let watched: SyncWorkerActor | undefined;
  let letGo: () => void = () => undefined;
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
    letGo();
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
    letGo = () => {
      inspection.unsubscribe();
      end.unsubscribe();
    };
  };
  attach();
  // A new actor emits nothing until its first run, and by then it has taken steps.
  const off = worker.on('*', attach);
  const checks = setInterval(() => {
    if (watched?.getSnapshot().status !== 'active') attach();
  }, CHECK_MS);
  checks.unref();
  return () => {
    clearInterval(checks);
    off();
    letGo();
  };
}

function announce(actor: AnyActorRef, rootId: string, report: (event: InspectionEvent) => void): void {
  const snapshot = actor.getSnapshot();
  report({ type: '@xstate.actor', actorRef: actor, rootId });
  report({ type: '@xstate.snapshot', actorRef: actor, rootId, event: { type: 'xstate.init' }, snapshot });
  const children: Readonly<Record<string, AnyActorRef | undefined>> = snapshot.children ?? {};
  for (const child of Object.values(children)) if (child !== undefined) announce(child, rootId, report);
}
