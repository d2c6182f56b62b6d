import type { PeerRecord } from '../policy/peer-record.ts';
import type { SyncWorkerState } from '../policy/sync-worker-state.ts';

/** What a worker saves, so that no wait is lost in a crash. */
export interface SavedWorker {
  readonly state: SyncWorkerState;
  readonly peers: readonly PeerRecord[];
}

/** Something that is worth reporting but not a failure, such as a file that the storage could not use and moved aside. */
export interface StorageNotice {
  readonly message: string;
  readonly cause?: unknown;
}

/**
 * Where a worker keeps what it must not lose: two functions. The worker saves in order, one save at a time. A save that fails,
 * or does not settle within 30 s, is emitted as `storage.failed`; the next save retries it. A load that does not settle within
 * 30 s makes `start()` reject; there is no other load until it has settled.
 */
export interface SyncStorage {
  /**
   * Returns what was saved last, without the parts that were never saved. Called once at every start, before anything else.
   * The result is checked: a malformed state or peer makes `start()` reject.
   *
   * @throws any error that prevents the start, such as a lock that another process holds
   */
  load(notify: (notice: StorageNotice) => void): Promise<Partial<SavedWorker>> | Partial<SavedWorker>;
  save(saved: SavedWorker): Promise<void> | void;
  /**
   * Releases locks and handles. Called at every stop, after the last save, and after a failed load. If a load hangs, it is called
   * at once, and again when the load settles.
   */
  close?(): Promise<void> | void;
}

/** Where only the peers are kept, for a node whose other programs share them: the same functions. */
export interface PeerStore {
  load(notify: (notice: StorageNotice) => void): Promise<readonly PeerRecord[]> | readonly PeerRecord[];
  save(peers: readonly PeerRecord[]): Promise<void> | void;
  close?(): Promise<void> | void;
}
