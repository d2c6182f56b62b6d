import type { SyncWorkerActor } from '../../machines/sync-worker.contract.ts';
import type { WorkerClock } from '../clock/worker-clock.ts';
import type { PeerRecord, PeerRecordInput } from '../policy/peer-record.ts';
import type { SyncPolicyOptions } from '../policy/sync-policy.ts';
import type { SyncOutcome, SyncWorkerState } from '../policy/sync-worker-state.ts';
import type { SyncFunction } from '../schedule/attempt.ts';
import type { Why } from '../schedule/why.ts';
import type { AttemptFinished, SyncWorkerEmitted } from '../schedule/worker-events.ts';
import type { PeerStore, SyncStorage } from '../storage/storage.ts';

/** What a worker is made of; only `sync` is needed. */
export interface SyncWorkerOptions {
  /** One attempt at one peer. */
  readonly sync: SyncFunction;
  /**
   * URLs, records, or a store of them. With an array the marks go into `storage`, and those of an earlier life are
   * found there again. Left out: the peers that `storage` holds.
   */
  readonly peers?: readonly (string | PeerRecordInput)[] | PeerStore;
  readonly policy?: SyncPolicyOptions;
  /** Where waits survive a crash. @default in memory */
  readonly storage?: SyncStorage;
  /** @default the system's */
  readonly clock?: WorkerClock;
  /** A number from 0 to 1, for the jitter. @default Math.random */
  readonly random?: () => number;
  /** True: a worker alone does not keep the process alive. Only without a `clock`. @default false */
  readonly unref?: boolean;
}

/** What a worker tells: what its chart tells, and what becomes of it. */
export type SyncWorkerNotification =
  | Exclude<SyncWorkerEmitted, AttemptFinished>
  /** With the duration by a clock that does not jump. */
  | (AttemptFinished & { readonly durationSeconds: number })
  /** A save failed; the wait is remembered in memory, and the next save makes it good. */
  | { readonly type: 'storage.failed'; readonly error: Error }
  /** The storage could not use what it found, and says where it put it. */
  | { readonly type: 'storage.notice'; readonly message: string; readonly cause?: unknown }
  /** The wall clock was set, or the machine slept: by so many seconds it moved more than time passed. */
  | { readonly type: 'clock.jumped'; readonly seconds: number }
  /** A listener threw, or the chart failed and was started again. */
  | { readonly type: 'fault'; readonly error: Error };

/** A listener for one type of event, or for all of them. */
export type SyncWorkerListener<Type extends SyncWorkerNotification['type'] | '*'> = (
  event: Type extends '*' ? SyncWorkerNotification : Extract<SyncWorkerNotification, { type: Type }>,
) => unknown;

/** What ends the waiting early. */
export interface WaitForOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds. @default no limit */
  readonly timeout?: number;
}

/** A worker embedded in a program. */
export interface SyncWorker extends AsyncDisposable {
  /** The ten fields. */
  readonly state: SyncWorkerState;
  readonly peers: readonly PeerRecord[];
  /** The XState actor, and its snapshot; undefined before the first start. A chart that failed gets a new actor. */
  readonly actor: SyncWorkerActor | undefined;
  readonly snapshot: ReturnType<SyncWorkerActor['getSnapshot']> | undefined;
  /**
   * Loads what was saved and begins. A worker that has begun stays as it is.
   *
   * @throws what the storage throws, such as a lock that another process holds; the worker is then stopped
   */
  start(): Promise<void>;
  /**
   * Aborts the attempt under way, saves what must be saved, and leaves no timer and no handle behind. May be started
   * again. A run it cut short counts as one that a crash left: the next start waits out what is left of its time.
   */
  stop(): Promise<void>;
  /** Syncs before the due time; `force` passes over the peers' backoff too. Tells what comes of it. */
  requestSync(options?: { readonly force?: boolean }): Why;
  /** @throws TypeError for a malformed record, naming the field, its value and what is allowed */
  setPeers(peers: readonly (string | PeerRecordInput)[]): void;
  /** A peer got in touch by itself: its backoff is over. @throws TypeError for what is no URL */
  peerSeen(peerUrl: string): void;
  /**
   * An operator forgives a peer its failures and its backoff, and with `force`, the one way there is, its Retry-After.
   * The worker's own wait stays as it is: to sync right then, request it too.
   *
   * @throws TypeError for what is no URL
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
  /** Calls back at each event of a type, or of any with '*'. Returns what takes the listener off again. */
  on<Type extends SyncWorkerNotification['type'] | '*'>(
    type: Type,
    listener: SyncWorkerListener<Type>,
    options?: { readonly signal?: AbortSignal },
  ): () => void;
  /** The state at each change, from the present one on; a slow reader gets the newest. Ends when the worker stops. */
  changes(options?: { readonly signal?: AbortSignal }): AsyncIterableIterator<SyncWorkerState>;
  /**
   * Resolves once the outcome is this one, at once if it is already.
   *
   * @throws the signal's reason, a TimeoutError, or an error if the worker stops first
   */
  waitFor(outcome: SyncOutcome, options?: WaitForOptions): Promise<SyncWorkerState>;
}
