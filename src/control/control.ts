import type { Why } from '../explain/why.ts';
import type { WorkerStatus } from '../operations/worker-status.ts';
import type { SyncWorkerState } from '../policy/sync-worker-state.ts';
import type { KeptMessage, MessageRequest } from './kept-messages.ts';

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
  /**
   * Messages that the node keeps for their readers.
   *
   * @throws ControlError if the worker does not keep them
   */
  messages(request: MessageRequest): Promise<readonly KeptMessage[]>;
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

/** What an operator does to the sync peers of a worker, running or not. */
export type PeerChange =
  | {
      readonly kind: 'add';
      readonly peerUrl: string;
      /** @default '' */
      readonly label?: string | undefined;
      /** participant, relay or seed. @default 'participant' */
      readonly role?: string | undefined;
    }
  | { readonly kind: 'remove' | 'enable' | 'disable'; readonly peerUrl: string }
  /** Forgets its backoff, and with `force` its Retry-After too: the one way round it, by an operator's own word. */
  | { readonly kind: 'reset'; readonly peerUrl: string; readonly force: boolean };

/** Tells the errors of the control socket apart without their classes. */
export type ControlErrorCode =
  /** The worker, or the peer list, does not take it as it stands; the message says why. */
  | 'refused'
  /** The socket cannot be used: its path, or its permissions. */
  | 'unusable'
  /** What answered is no worker that this client understands, or it failed. */
  | 'failed';

/** What was asked of a worker was not done; the message says why, and what to do next. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: ControlErrorCode;

  constructor(code: ControlErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
