import type { Why } from '../explain/why.ts';
import type { WorkerStatus } from '../operations/worker-status.ts';
import type { SyncWorkerState } from '../policy/sync-worker-state.ts';
import type { PeerChange } from './peer-change.ts';

/** What can be asked of a running worker, on either side of its socket. */
export interface Control {
  status(): Promise<WorkerStatus>;
  /** Why it waits, or does not; in sentences by `formatWhy()`. */
  why(): Promise<Why>;
  /**
   * The recording of the worker, as a file.
   *
   * @throws ControlError if the worker does not keep one
   */
  recording(): Promise<string>;
  /** Asks for a run before its time; tells what comes of it. */
  requestSync(options: { readonly force: boolean }): Promise<Why>;
  /**
   * The same, and resolves to the state that the run ends in, as `SyncWorker.syncNow()`. That may take as long as a
   * Retry-After: nothing else ends it than the run, or the worker.
   */
  syncNow(options: { readonly force: boolean }): Promise<SyncWorkerState>;
  /**
   * Changes the peers of the worker at once. When this resolves the change is in force, and the storage has been given
   * it. A save that fails is told by the worker as `storage.failed` and made good by the next one.
   *
   * @returns the peers as they are afterwards, under their wire names
   * @throws ControlError saying why it was refused; nothing was changed then
   */
  changePeers(change: PeerChange): Promise<WorkerStatus['peers']>;
}
