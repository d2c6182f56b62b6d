import { initialSyncState, type SyncWorkerState, syncOutcomes } from './sync-worker-state.ts';
import {
  count,
  type FieldKinds,
  flag,
  isRecord,
  type ObjectFields,
  oneOf,
  ownFields,
  readFields,
  seconds,
  text,
  wireFields,
  writeFields,
} from './wire-fields.ts';

/** The ten fields as files and status pages hold them. */
export interface SyncWorkerStateWire {
  readonly last_sync_started_at: number;
  readonly last_sync_finished_at: number;
  readonly last_sync_ok_at: number;
  readonly next_sync_due_at: number;
  readonly last_peer_url: string;
  readonly last_error: string;
  readonly last_outcome: SyncWorkerState['lastOutcome'];
  readonly current_head: string;
  readonly fork_detected: boolean;
  readonly consecutive_failures: number;
}

const kinds: FieldKinds<SyncWorkerState> = {
  lastSyncStartedAt: seconds,
  lastSyncFinishedAt: seconds,
  lastSyncOkAt: seconds,
  nextSyncDueAt: seconds,
  lastPeerUrl: text,
  lastError: text,
  lastOutcome: oneOf(syncOutcomes),
  currentHead: text,
  forkDetected: flag,
  consecutiveFailures: count,
};

const wire: ObjectFields<SyncWorkerState> = wireFields(kinds, initialSyncState());
const own: ObjectFields<SyncWorkerState> = ownFields(kinds, initialSyncState());

/** The ten fields under their wire names. */
export function toWire(state: SyncWorkerState): SyncWorkerStateWire {
  return writeFields(wire, state) as unknown as SyncWorkerStateWire;
}

/**
 * Reads the ten fields back. Unknown keys are ignored; a missing field takes its initial value.
 *
 * @throws TypeError naming a field of the wrong type, its value and what is allowed
 */
export function fromWire(value: unknown): SyncWorkerState {
  return readFields(wire, value, 'sync state');
}

/** Checks a state that a caller passed in, under its TypeScript names. @internal */
export function checkSyncState(value: unknown): SyncWorkerState {
  // Otherwise an unrelated object would be read as a worker that never ran.
  const keys = isRecord(value) ? Object.keys(value) : [];
  if (keys.length > 0 && !keys.some((key) => Object.hasOwn(kinds, key))) {
    throw new TypeError(`sync state has none of the ten fields, but ${keys.slice(0, 5).join(', ')}`);
  }
  return readFields(own, value, 'sync state');
}
