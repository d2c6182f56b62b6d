import type { PeerRecord } from '../policy/peer-record.ts';
import type { SyncPolicy } from '../policy/sync-policy.ts';
import type { SyncWorkerState } from '../policy/sync-worker-state.ts';
import type { AttemptResult, FailedAttempt } from './attempt.ts';

/**
 * What a worker is sent. `at` is when it happened, in Unix seconds with a fraction; left out, it is the time of the last
 * decision.
 */
export type SyncWorkerEvent =
  /** Sync before the due time. `force` overrides the peers' backoff too; nothing overrides a Retry-After. */
  | { readonly type: 'sync.requested'; readonly force?: boolean }
  /** Another list of peers, in place of the old one, as `createPeerList()` makes it. */
  | { readonly type: 'peers.changed'; readonly peers: readonly PeerRecord[]; readonly at?: number }
  /** A peer got in touch by itself: its backoff is over, a Retry-After still running is not. */
  | { readonly type: 'peer.seen'; readonly peerUrl: string; readonly at?: number }
  /** An operator clears a peer's failures and its backoff; with `force`, and with nothing else, its Retry-After. */
  | { readonly type: 'peer.reset'; readonly peerUrl: string; readonly force?: boolean; readonly at?: number }
  /** Another policy, as `resolvePolicy()` makes it, for what is decided from now on. A due time already set stays. */
  | { readonly type: 'policy.changed'; readonly policy: SyncPolicy };

/** What the chart itself and its worker send. @internal */
export type ChartEvent =
  | SyncWorkerEvent
  /** A waiting state is to decide anew. */
  | { readonly type: 'schedule.changed' }
  /** The worker is stopped in order: the run is as if it had not begun. `answer` came while it stopped. */
  | { readonly type: 'run.withdraw'; readonly at: number; readonly answer?: FailedAttempt | undefined };

/** What a worker emits. `state` and `peers` are what a restart needs: keep each when it comes. */
export type SyncWorkerEmitted =
  | { readonly type: 'run.started'; readonly state: SyncWorkerState }
  | { readonly type: 'attempt.started'; readonly peerUrl: string; readonly state: SyncWorkerState }
  | AttemptFinished
  | RunStuck
  /** Also when the worker goes solo. */
  | { readonly type: 'run.finished'; readonly state: SyncWorkerState }
  /** The worker was stopped in order, or a gate held every peer: the state is the one before the run. */
  | { readonly type: 'run.withdrawn'; readonly state: SyncWorkerState; readonly peers: readonly PeerRecord[] }
  | { readonly type: 'peers.changed'; readonly peers: readonly PeerRecord[] }
  | { readonly type: 'policy.changed'; readonly policy: SyncPolicy }
  | WaitsBounded
  /** An event was malformed; nothing was changed. */
  | { readonly type: 'event.refused'; readonly reason: string };

/** An attempt ended, whichever way. */
export interface AttemptFinished<Details = unknown> {
  readonly type: 'attempt.finished';
  readonly peerUrl: string;
  readonly result: AttemptResult<Details>;
  /** The ten fields, with a head that the attempt reached. */
  readonly state: SyncWorkerState;
  /** The whole list, with the mark this attempt left. */
  readonly peers: readonly PeerRecord[];
}

/** The run took too long; its attempt is aborted, and a new run begins as soon as any peer may be asked. */
export interface RunStuck {
  readonly type: 'run.stuck';
  readonly peerUrl: string;
  /** The whole list, with the mark of the stuck peer. */
  readonly peers: readonly PeerRecord[];
}

/** A deadline was further ahead than any wait can be, and was brought to the longest one. */
export interface WaitsBounded {
  readonly type: 'waits.bounded';
  /** By how many seconds at least the clock was set back; 0: the policy became shorter. */
  readonly clockBehindSeconds: number;
  readonly state: SyncWorkerState;
  readonly peers: readonly PeerRecord[];
}
