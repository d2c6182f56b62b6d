import type { Why } from '../explain/why.ts';
import type { WorkerStatus } from '../operations/worker-status.ts';
import type { SyncWorkerState } from '../policy/sync-worker-state.ts';
import type { KeptMessage, MessageRequest } from './kept-messages.ts';

/** Requests to a running worker, over its control socket. */
export interface Control {
  status(): Promise<WorkerStatus>;
  /** Why it waits, or does not. `formatWhy()` turns it into sentences. */
  why(): Promise<Why>;
  /**
   * The recording of the worker, as the text of a file.
   *
   * @throws ControlError if the worker does not keep one
   */
  recording(): Promise<string>;
  /**
   * Messages that the node keeps for their recipients.
   *
   * @throws ControlError if the worker does not keep them
   */
  messages(request: MessageRequest): Promise<readonly KeptMessage[]>;
  /** Requests a run before its time. @returns when it will start, and why then */
  requestSync(options: { readonly force: boolean }): Promise<Why>;
  /**
   * Requests a run and resolves to the state after it, like `SyncWorker.syncNow()`. That may take as long as a Retry-After: only
   * the end of the run or of the worker ends the call.
   */
  syncNow(options: { readonly force: boolean }): Promise<SyncWorkerState>;
  /**
   * Changes the peers of the worker at once. When this resolves, the change is in force and the storage has received it. The
   * worker emits a failed save as `storage.failed`, and the next save retries it.
   *
   * @returns the peers after the change, under their wire names
   * @throws ControlError, with the reason, if the change was refused; then nothing has changed
   */
  changePeers(change: PeerChange): Promise<WorkerStatus['peers']>;
}

/** An operator's change to the sync peers of a worker, running or not. */
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
  /** Ends its backoff, and with `force` its Retry-After too. This is the only way around a Retry-After, for an operator. */
  | { readonly kind: 'reset'; readonly peerUrl: string; readonly force: boolean };

/** The kinds of a ControlError. */
export type ControlErrorCode =
  /** The worker or the peer list refuses the request; the message says why. */
  | 'refused'
  /** The socket cannot be used: its path, or its permissions. */
  | 'unusable'
  /** The worker failed, or its answer is not one that this client understands. */
  | 'failed';

/** A request to a worker was not carried out. The message says why, and what to do next. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: ControlErrorCode;

  constructor(code: ControlErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
