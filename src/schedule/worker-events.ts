import type { PeerRecord } from '../policy/peer-record.ts';
import type { SyncPolicy } from '../policy/sync-policy.ts';
import type { SyncWorkerState } from '../policy/sync-worker-state.ts';
import type { AttemptResult, FailedAttempt } from './attempt.ts';

/**
 * The events that a worker accepts. `at` is when the event happened, in Unix seconds with a fraction; it defaults to the time
 * of the last decision.
 */
export type SyncWorkerEvent =
  /** Sync before the due time. `force` also overrides the peers' backoff; nothing overrides a Retry-After. */
  | { readonly type: 'sync.requested'; readonly force?: boolean }
  /** Replaces the list of peers; made by `createPeerList()`. */
  | { readonly type: 'peers.changed'; readonly peers: readonly PeerRecord[]; readonly at?: number }
  /** A peer contacted us: its backoff ends, but a running Retry-After does not. */
  | { readonly type: 'peer.seen'; readonly peerUrl: string; readonly at?: number }
  /** An operator clears a peer's failures and backoff. `force` also clears its Retry-After; nothing else does. */
  | { readonly type: 'peer.reset'; readonly peerUrl: string; readonly force?: boolean; readonly at?: number }
  /** Replaces the policy from the next decision on; made by `resolvePolicy()`. A due time that is already set stays. */
  | { readonly type: 'policy.changed'; readonly policy: SyncPolicy };

/** All events of the chart, including those that only the chart itself and its worker send. @internal */
export type ChartEvent =
  | SyncWorkerEvent
  /** Makes a waiting state decide again. */
  | { readonly type: 'schedule.changed' }
  /** The worker is stopped in order: undoes the run. `answer` is the result that came in during the stop. */
  | { readonly type: 'run.withdraw'; readonly at: number; readonly answer?: FailedAttempt | undefined };

/** What a worker emits. Save each `state` and `peers` as they come: a restart needs the newest. */
export type SyncWorkerEmitted =
  | { readonly type: 'run.started'; readonly state: SyncWorkerState }
  | { readonly type: 'attempt.started'; readonly peerUrl: string; readonly state: SyncWorkerState }
  | AttemptFinished
  | RunStuck
  /** Also when the worker goes solo. */
  | { readonly type: 'run.finished'; readonly state: SyncWorkerState }
  /** The worker was stopped in order, or a gate held every peer. `state` is the one before the run. */
  | { readonly type: 'run.withdrawn'; readonly state: SyncWorkerState; readonly peers: readonly PeerRecord[] }
  | { readonly type: 'peers.changed'; readonly peers: readonly PeerRecord[] }
  | { readonly type: 'policy.changed'; readonly policy: SyncPolicy }
  | WaitsBounded
  /** An event was malformed; nothing was changed. */
  | { readonly type: 'event.refused'; readonly reason: string };

/** An attempt ended, with any outcome. */
export interface AttemptFinished<Details = unknown> {
  readonly type: 'attempt.finished';
  readonly peerUrl: string;
  readonly result: AttemptResult<Details>;
  /** The ten fields, including a head that the attempt reached. */
  readonly state: SyncWorkerState;
  /** The whole list, including the mark from this attempt. */
  readonly peers: readonly PeerRecord[];
}

/** The run took too long; its attempt is aborted, and a new run begins as soon as any peer may be asked. */
export interface RunStuck {
  readonly type: 'run.stuck';
  readonly peerUrl: string;
  /** The whole list, including the mark of the stuck peer. */
  readonly peers: readonly PeerRecord[];
}

/** A deadline was further ahead than the longest possible wait, and was shortened to it. */
export interface WaitsBounded {
  readonly type: 'waits.bounded';
  /** By how many seconds at least the clock was set back; 0: the policy became shorter. */
  readonly clockBehindSeconds: number;
  readonly state: SyncWorkerState;
  readonly peers: readonly PeerRecord[];
}
