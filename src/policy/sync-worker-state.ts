/** The status of the newest run; also the name of the statechart's state. */
export type SyncOutcome = 'idle' | 'running' | 'ok' | 'error' | 'fork' | 'solo';

/** The six outcomes, in the order in which a worker goes through them. */
export const syncOutcomes: readonly SyncOutcome[] = ['idle', 'running', 'ok', 'error', 'fork', 'solo'];

/** What a worker remembers about itself: the ten fields. Times are whole Unix seconds; 0 means never. */
export interface SyncWorkerState {
  /** When the newest run began. */
  readonly lastSyncStartedAt: number;
  /** When the newest run ended, however it ended. */
  readonly lastSyncFinishedAt: number;
  /** When a run last ended well. Going solo is not a run and does not change it. */
  readonly lastSyncOkAt: number;
  /** The earliest time of the next run; 0: at once. */
  readonly nextSyncDueAt: number;
  /** The peer of the newest run; '' when solo. */
  readonly lastPeerUrl: string;
  /** Why the newest run failed, trimmed; '' unless it failed. */
  readonly lastError: string;
  readonly lastOutcome: SyncOutcome;
  /** The last known chain head; '' if there is none. */
  readonly currentHead: string;
  /** The newest run met a fork. */
  readonly forkDetected: boolean;
  /** Failed runs since the last good or solo one. */
  readonly consecutiveFailures: number;
}

const firstState: SyncWorkerState = Object.freeze({
  lastSyncStartedAt: 0,
  lastSyncFinishedAt: 0,
  lastSyncOkAt: 0,
  nextSyncDueAt: 0,
  lastPeerUrl: '',
  lastError: '',
  lastOutcome: 'idle',
  currentHead: '',
  forkDetected: false,
  consecutiveFailures: 0,
});

/** The state of a worker that never ran. */
export function initialSyncState(): SyncWorkerState {
  return firstState;
}
