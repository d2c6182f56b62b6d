import type { SyncWorkerActor } from '../../machines/sync-worker.contract.ts';
import type { Why } from '../explain/why.ts';
import type { PeerRecord, PeerRecordInput } from '../policy/peer-record.ts';
import type { SyncPolicyOptions } from '../policy/sync-policy.ts';
import type { SyncOutcome, SyncWorkerState } from '../policy/sync-worker-state.ts';
import type { SyncWorkerNotification } from './notifications.ts';
import type { WaitForOptions } from './watch-state.ts';

/** A listener for one type of event, or for all of them. */
export type SyncWorkerListener<Type extends SyncWorkerNotification['type'] | '*', Details = unknown> = (
  event: Type extends '*'
    ? SyncWorkerNotification<Details>
    : Extract<SyncWorkerNotification<Details>, { type: Type }>,
) => unknown;

/** A worker embedded in a program. */
export interface SyncWorker<Details = unknown> extends AsyncDisposable {
  /** The ten fields. */
  readonly state: SyncWorkerState;
  readonly peers: readonly PeerRecord[];
  /** The XState actor, and its snapshot; undefined before the first start. A chart that failed gets a new actor. */
  readonly actor: SyncWorkerActor | undefined;
  readonly snapshot: ReturnType<SyncWorkerActor['getSnapshot']> | undefined;
  /** Whether the worker has begun, and no stop was asked for since: false while a start still loads. What is sent then is refused. */
  readonly isStarted: boolean;
  /**
   * Loads what was saved and begins. A worker that has begun stays as it is.
   *
   * @throws what the storage throws, such as a lock that another process holds, or a TypeError naming what is malformed in
   * what it gave, or a PeerSyncLocalError for a load that does not settle within 30 s; the worker is then stopped, and nothing is
   * left open: a storage whose load hangs is closed then, and once more should it settle after all
   */
  start(): Promise<void>;
  /**
   * Aborts the attempt under way, waits up to 5 s for the sync function to end, withdraws the run, saves, and leaves no
   * timer and no handle behind. May be started again, and asks within seconds. A sync function that has not ended by then may
   * still write: its run counts as one that a crash left, and the next start waits out what is left of its time. A start under way
   * is waited for; a storage that hangs, for 30 s at a load, a save or a close.
   *
   * @throws what `close()` of the storage throws, or a PeerSyncLocalError where it hangs
   */
  stop(): Promise<void>;
  /**
   * Syncs before the due time; `force` overrides the peers' backoff too. Gives what comes of it, as `why()`.
   *
   * @throws Error if the worker is not started, as everything does that is sent to it
   */
  requestSync(options?: { readonly force?: boolean }): Why;
  /**
   * The same, and resolves to the state that the run ends in. Where a run is under way, it is that run; where every peer is in
   * its Retry-After, it is the run after that.
   *
   * @throws the signal's reason, or an error if the worker is stopped first
   */
  syncNow(options?: { readonly force?: boolean; readonly signal?: AbortSignal }): Promise<SyncWorkerState>;
  /**
   * Another list of peers. What is remembered of a peer stays, but for the fields that are given.
   *
   * @throws TypeError for a malformed record, naming the field, its value and what is allowed
   */
  setPeers(peers: readonly (string | PeerRecordInput)[]): void;
  /** A peer got in touch by itself: its backoff is over. @throws TypeError for what is no URL, RangeError for an unknown peer */
  peerSeen(peerUrl: string): void;
  /**
   * An operator clears a peer's failures and its backoff, and with `force`, the one way there is, its Retry-After. The
   * worker's own wait stays as it is: to sync right then, request it too.
   *
   * @throws TypeError for what is no URL, RangeError for an unknown peer
   */
  resetPeer(peerUrl: string, options?: { readonly force?: boolean }): void;
  /**
   * Another policy, for all that is decided from now on; what is left out takes its default. No wait is dropped, and no
   * run is broken off: a due time that is set stays.
   *
   * @throws RangeError for an option, naming it, its value and what is allowed
   */
  setPolicy(policy: SyncPolicyOptions): void;
  /** Why the worker waits, or does not. */
  why(): Why;
  /** Calls back at each event of a type, or of any with '*'. Returns what takes the listener off again. @throws TypeError for an event that there is not */
  on<Type extends SyncWorkerNotification['type'] | '*'>(
    type: Type,
    listener: SyncWorkerListener<Type, Details>,
    options?: { readonly signal?: AbortSignal },
  ): () => void;
  /** The state at each change, from the present one on; a slow reader gets the newest. Ends when the worker stops. */
  changes(options?: { readonly signal?: AbortSignal }): AsyncIterableIterator<SyncWorkerState>;
  /**
   * Resolves once the outcome is this one, at once if it is already; with `next` only once it is so again.
   *
   * @throws the signal's reason, a TimeoutError, an error if the worker is stopped or stops first, or a RangeError for a
   * timeout that is no number of at least 0
   */
  waitFor(outcome: SyncOutcome, options?: WaitForOptions): Promise<SyncWorkerState>;
}
