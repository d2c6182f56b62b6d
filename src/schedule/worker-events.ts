import type { PeerRecord } from '../policy/peer-record.ts';
import type { SyncPolicy, SyncPolicyOptions } from '../policy/sync-policy.ts';
import type { SyncWorkerState } from '../policy/sync-worker-state.ts';
import type { AttemptResult } from './attempt.ts';

/** What a worker is told. */
export type SyncWorkerEvent =
  /** Sync before the due time. `force` passes over the peers' backoff too; over a Retry-After nothing does. */
  | { readonly type: 'sync.requested'; readonly force?: boolean }
  /** Another list of peers, in place of the old one. */
  | { readonly type: 'peers.changed'; readonly peers: readonly PeerRecord[] }
  /** A peer got in touch by itself: its backoff is over, a Retry-After still running is not. */
  | { readonly type: 'peer.seen'; readonly peerUrl: string }
  /** An operator forgives a peer its failures and its backoff; with `force`, and with nothing else, its Retry-After. */
  | { readonly type: 'peer.reset'; readonly peerUrl: string; readonly force?: boolean }
  /** Another policy, in place of the old one: for what is decided from now on. A due time already set stays. */
  | { readonly type: 'policy.changed'; readonly policy: SyncPolicyOptions };

/** What a worker tells. `state` and `peers` are what a restart needs: keep each when it is told. */
export type SyncWorkerEmitted =
  | { readonly type: 'run.started'; readonly state: SyncWorkerState }
  | { readonly type: 'attempt.started'; readonly peerUrl: string }
  | AttemptFinished
  | RunStuck
  /** Also told when the worker goes solo. */
  | { readonly type: 'run.finished'; readonly state: SyncWorkerState }
  | { readonly type: 'peers.changed'; readonly peers: readonly PeerRecord[] }
  | { readonly type: 'policy.changed'; readonly policy: SyncPolicy }
  /** An event was malformed; nothing was changed. */
  | { readonly type: 'event.refused'; readonly reason: string };

/** An attempt ended, whichever way. */
export interface AttemptFinished {
  readonly type: 'attempt.finished';
  readonly peerUrl: string;
  readonly result: AttemptResult;
  /** The whole list, with the mark this attempt left. */
  readonly peers: readonly PeerRecord[];
}

/** The run lasted too long; its attempt is aborted, and a new run begins as soon as any peer may be asked. */
export interface RunStuck {
  readonly type: 'run.stuck';
  readonly peerUrl: string;
  /** The whole list, with the mark of the stuck peer. */
  readonly peers: readonly PeerRecord[];
}
