import { asError } from '../policy/thrown.ts';
import type { AttemptFinished, SyncWorkerEmitted, WaitsBounded } from '../schedule/worker-events.ts';
import { createEventHub, type EventHub } from './event-hub.ts';

/** What a worker emits: the events of its chart, and those of its storage, clock and listeners. */
export type SyncWorkerNotification<Details = unknown> =
  | Exclude<SyncWorkerEmitted, AttemptFinished | WaitsBounded>
  /** With the duration, measured by the monotonic clock. */
  | (AttemptFinished<Details> & { readonly durationSeconds: number })
  /** A save failed, or did not settle in time; the worker keeps its state in memory, and the next save retries it. */
  | { readonly type: 'storage.failed'; readonly error: Error }
  /** The storage could not use a file that it found; the message says where it moved it. */
  | { readonly type: 'storage.notice'; readonly message: string; readonly cause?: unknown }
  /** The wall clock was set, or the machine slept: it moved by this many seconds more than the time that passed. */
  | { readonly type: 'clock.jumped'; readonly seconds: number }
  /** A listener threw, or the chart failed and was started again. */
  | { readonly type: 'fault'; readonly error: Error };

/** All event types of a worker. @internal */
export const notificationTypes: Readonly<Record<SyncWorkerNotification['type'], true>> = {
  'run.started': true,
  'attempt.started': true,
  'attempt.finished': true,
  'run.stuck': true,
  'run.finished': true,
  'run.withdrawn': true,
  'peers.changed': true,
  'policy.changed': true,
  'event.refused': true,
  'storage.failed': true,
  'storage.notice': true,
  'clock.jumped': true,
  fault: true,
};

/** The events of one worker. */
export interface Notifications extends Pick<EventHub<SyncWorkerNotification>, 'on' | 'emit'> {
  /** Emits an error event, or warns of its cause if nobody listens, so that no error is lost. */
  emitError(event: SyncWorkerNotification, cause: unknown): void;
  fault(cause: unknown): void;
}

export function createNotifications(warn: (error: Error) => void): Notifications {
  const hub = createEventHub<SyncWorkerNotification>(notificationTypes, (error, event) => {
    // A `fault` listener that throws must not be called with its own error.
    if (event.type === 'fault') warn(asError(error));
    else fault(error);
  });
  const emitError = (event: SyncWorkerNotification, cause: unknown): void => {
    if (hub.listens(event.type)) hub.emit(event);
    else warn(asError(cause));
  };
  const fault = (cause: unknown): void => {
    const error = asError(cause);
    emitError({ type: 'fault', error }, error);
  };
  return { on: hub.on, emit: hub.emit, emitError, fault };
}
