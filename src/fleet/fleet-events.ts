import type { SyncWorkerState } from '../policy/sync-worker-state.ts';
import type { AttemptFinished } from '../schedule/worker-events.ts';
import type { RunEnding } from '../worker/run-once.ts';

/** What one process of a fleet emits: of the runs that it makes, and of the store as it sees it. */
export type FleetEvent<Details = unknown> =
  /** A peer gave leave to be asked, and the run is on record. */
  | { readonly type: 'run.started'; readonly id: string; readonly fence: string; readonly peerUrl: string }
  | ({ readonly type: 'attempt.finished'; readonly id: string; readonly fence: string } & Pick<
      AttemptFinished<Details>,
      'peerUrl' | 'result'
    >)
  | RunFinished
  /** Nobody was asked: a gate is closed, or its places are taken until then. Unix seconds. */
  | { readonly type: 'run.held'; readonly id: string; readonly peerUrl: string; readonly until: number }
  /** The result came too late: another process has the worker, or it was removed. It was dropped. */
  | { readonly type: 'run.superseded'; readonly id: string; readonly fence: string }
  /** A leave came so late that it was asked for anew: this process was stopped, or the store was slow. */
  | { readonly type: 'leave.stale'; readonly id: string; readonly peerUrl: string; readonly seconds: number }
  /** Redis does not answer: nobody is asked until it does. */
  | { readonly type: 'store.down'; readonly error: Error }
  | { readonly type: 'store.up' }
  /** Redis has lost what it knew: nobody is asked before `until`, in Unix seconds. */
  | { readonly type: 'store.forgot'; readonly until: number }
  /** The clock of Redis was set by so many seconds: nobody is asked for a minute. */
  | { readonly type: 'clock.stepped'; readonly seconds: number }
  /** The reconciler set alarms that were missing. */
  | { readonly type: 'alarms.restored'; readonly ids: readonly string[] }
  | { readonly type: 'fault'; readonly error: Error };

/** Their types. @internal */
export const fleetEventTypes: Readonly<Record<FleetEvent['type'], true>> = {
  'run.started': true,
  'attempt.finished': true,
  'run.finished': true,
  'run.held': true,
  'run.superseded': true,
  'leave.stale': true,
  'store.down': true,
  'store.up': true,
  'store.forgot': true,
  'clock.stepped': true,
  'alarms.restored': true,
  fault: true,
};

/** A run is over and on record. */
export interface RunFinished {
  readonly type: 'run.finished';
  readonly id: string;
  readonly fence: string;
  readonly ended: Exclude<RunEnding, 'waiting'>;
  readonly state: SyncWorkerState;
  /** When the worker is looked at again, in Unix seconds with a fraction. */
  readonly nextAt: number;
}
