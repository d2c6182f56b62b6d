import type { SyncWorkerState } from '../policy/sync-worker-state.ts';
import type { AttemptFinished } from '../schedule/worker-events.ts';
import type { RunEnding } from '../worker/run-once.ts';

/** What one process of a fleet emits: about its own runs, and about the store as it sees it. */
export type FleetEvent<Details = unknown> =
  /** The gate let the run ask its first peer, and the run is on record. */
  | { readonly type: 'run.started'; readonly id: string; readonly fence: string; readonly peerUrl: string }
  | ({ readonly type: 'attempt.finished'; readonly id: string; readonly fence: string } & Pick<
      AttemptFinished<Details>,
      'peerUrl' | 'result'
    >)
  | RunFinished
  /** No peer was asked: the gate is closed or full until `until`, in Unix seconds. */
  | { readonly type: 'run.held'; readonly id: string; readonly peerUrl: string; readonly until: number }
  /** The result was dropped because it came too late: another process has the worker, or the worker was removed. */
  | { readonly type: 'run.superseded'; readonly id: string; readonly fence: string }
  /** The leave to ask a peer came so late that it was requested again: this process was stopped, or the store was slow. */
  | { readonly type: 'leave.stale'; readonly id: string; readonly peerUrl: string; readonly seconds: number }
  /** Redis does not answer: no peer is asked until it does. */
  | { readonly type: 'store.down'; readonly error: Error }
  | { readonly type: 'store.up' }
  /** Redis has lost data: no peer is asked before `until`, in Unix seconds. */
  | { readonly type: 'store.forgot'; readonly until: number }
  /** The clock of Redis jumped by this many seconds: no peer is asked for a minute. */
  | { readonly type: 'clock.stepped'; readonly seconds: number }
  /** The reconciler set alarms that were missing. */
  | { readonly type: 'alarms.restored'; readonly ids: readonly string[] }
  | { readonly type: 'fault'; readonly error: Error };

/** The event types. @internal */
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
  /** When the worker is next looked at, in Unix seconds with a fraction. */
  readonly nextAt: number;
}
