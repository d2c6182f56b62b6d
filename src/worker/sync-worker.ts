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
  /** The XState actor and its snapshot; undefined before the first start. If the chart fails, a new actor replaces it. */
  readonly actor: SyncWorkerActor | undefined;
  readonly snapshot: ReturnType<SyncWorkerActor['getSnapshot']> | undefined;
  /** Whether the worker runs: false while a start still loads, and from the call of `stop()` on. While false, requests throw. */
  readonly isStarted: boolean;
  /**
   * Loads the saved state and starts. On a started worker it does nothing.
   *
   * @throws any error of the storage (such as a lock that another process holds), a TypeError naming what is malformed in the
   * loaded data, or a PeerSyncLocalError for a load that does not settle within 30 s. The worker is then stopped and nothing
   * is left open: a storage whose load hangs is closed at once, and again if the load settles after all
   */
  start(): Promise<void>;
  /**
   * Aborts the attempt under way, waits up to 5 s for the sync function to end, withdraws the run, saves, and leaves no
   * timer or handle behind. The worker can be started again, and then asks within seconds. A sync function that has not ended
   * by then may still write, so its run is treated as after a crash: the next start waits out the rest of its time. A start
   * under way is awaited first. If the storage hangs, each of its loads, saves and closes delays the stop by at most 30 s.
   *
   * @throws any error of the storage's `close()`, or a PeerSyncLocalError if it hangs
   */
  stop(): Promise<void>;
  /**
   * Syncs before the due time; `force` also overrides the peers' backoff. Returns the resulting `why()`.
   *
   * @throws Error if the worker is not started, like every method that sends it something
   */
  requestSync(options?: { readonly force?: boolean }): Why;
  /**
   * The same, and resolves to the state that the run ends in. If a run is under way, that run answers the request; if every
   * peer is in its Retry-After, the first run after it does.
   *
   * @throws the signal's reason, or an error if the worker is stopped first
   */
  syncNow(options?: { readonly force?: boolean; readonly signal?: AbortSignal }): Promise<SyncWorkerState>;
  /**
   * Replaces the list of peers. What is remembered of a peer stays, except for the fields that you give.
   *
   * @throws TypeError for a malformed record, naming the field, its value and what is allowed
   */
  setPeers(peers: readonly (string | PeerRecordInput)[]): void;
  /** A peer contacted us: its backoff ends. @throws TypeError for an invalid URL, RangeError for an unknown peer */
  peerSeen(peerUrl: string): void;
  /**
   * Clears a peer's failures and its backoff on an operator's behalf. `force` also clears its Retry-After; nothing else
   * does. The worker's own wait stays: to sync right away, also call `requestSync()`.
   *
   * @throws TypeError for an invalid URL, RangeError for an unknown peer
   */
  resetPeer(peerUrl: string, options?: { readonly force?: boolean }): void;
  /**
   * Replaces the policy from the next decision on; omitted options take their defaults. Waits and the run under way are
   * kept: a due time that is already set stays.
   *
   * @throws RangeError for an option, naming it, its value and what is allowed
   */
  setPolicy(policy: SyncPolicyOptions): void;
  /** Why the worker waits, or does not. */
  why(): Why;
  /**
   * Calls back on each event of a type, or on every event with '*'. Returns a function that removes the listener.
   *
   * @throws TypeError for an unknown event type
   */
  on<Type extends SyncWorkerNotification['type'] | '*'>(
    type: Type,
    listener: SyncWorkerListener<Type, Details>,
    options?: { readonly signal?: AbortSignal },
  ): () => void;
  /** The current state, then the state after each change; a slow reader skips to the newest. Ends when the worker stops. */
  changes(options?: { readonly signal?: AbortSignal }): AsyncIterableIterator<SyncWorkerState>;
  /**
   * Resolves once the worker has this outcome, at once if it has it already; with `next`, only when it reaches it again.
   *
   * @throws the signal's reason, a TimeoutError, an error if the worker is stopped or stops first, or a RangeError for an
   * unknown outcome or a timeout that is not a number of at least 0
   */
  waitFor(outcome: SyncOutcome, options?: WaitForOptions): Promise<SyncWorkerState>;
}
