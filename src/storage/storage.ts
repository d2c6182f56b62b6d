import type { PeerRecord } from '../policy/peer-record.ts';
import type { SyncWorkerState } from '../policy/sync-worker-state.ts';

/** What a worker must find again after a crash, so that no wait is lost. */
export interface SavedWorker {
  readonly state: SyncWorkerState;
  readonly peers: readonly PeerRecord[];
}

/** Something worth knowing that is no failure: a file that the storage could not use, and where it put it. */
export interface StorageNotice {
  readonly message: string;
  readonly cause?: unknown;
}

/**
 * Where a worker keeps what it must not lose: two functions. The worker never saves twice at once, and it saves in order. A
 * save that fails, or does not settle within 30 s, is emitted as `storage.failed`; the next save retries it. A load that does not
 * settle within 30 s makes `start()` reject; there is no other load before it has settled.
 */
export interface SyncStorage {
  /**
   * What was saved last; what was never saved is left out. Called once at every start, before anything else. What it gives
   * is checked: a malformed state or peer makes `start()` reject.
   *
   * @throws whatever keeps the worker from starting, such as a lock that another process holds
   */
  load(notify: (notice: StorageNotice) => void): Promise<Partial<SavedWorker>> | Partial<SavedWorker>;
  save(saved: SavedWorker): Promise<void> | void;
  /**
   * Called at every stop, after the last save, and after a load that failed; here locks are given back. After a load that hangs it is
   * called at once, and again when that settles.
   */
  close?(): Promise<void> | void;
}

/** Where the peers alone are kept, for a node whose other programs share them: the same two functions. */
export interface PeerStore {
  load(notify: (notice: StorageNotice) => void): Promise<readonly PeerRecord[]> | readonly PeerRecord[];
  save(peers: readonly PeerRecord[]): Promise<void> | void;
  close?(): Promise<void> | void;
}
