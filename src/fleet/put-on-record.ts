import type { SyncPolicyOptions } from '../policy/sync-policy.ts';
import type { WorkerContext } from '../schedule/worker-context.ts';
import type { SavedRun } from '../worker/run-once-options.ts';
import type { LookParts } from './look-parts.ts';
import { writePeers, writePolicy, writeState } from './record.ts';
import { EPOCH, type FleetStore } from './store/store.ts';

/** What the script `finish` records. */
export interface OnRecord {
  readonly fence: string;
  readonly nonce: string;
  /** Whether a run with this nonce is on record. */
  readonly isBegun: boolean;
  readonly saved: SavedRun;
  readonly request: string;
  readonly policy: SyncPolicyOptions;
  /** The operators' events that were applied. Later ones stay on record. */
  readonly folded: string;
  readonly outcomeBefore: string;
  readonly keepsLease: boolean;
  /** Whether the run answered the sync requests that came during it. */
  readonly answersRequests: boolean;
}

/** Calls the script `finish`, which refuses a record that another process has changed. */
export function putOnRecord(
  id: string,
  { store, keys }: Pick<LookParts, 'store' | 'keys'>,
  on: OnRecord,
): ReturnType<FleetStore['call']> {
  const flag = (isSet: boolean): string => (isSet ? '1' : '0');
  return store.call(
    'finish',
    [keys.meta, keys.record(id), keys.counts, keys.acks],
    [
      EPOCH,
      store.process,
      on.fence,
      on.nonce,
      flag(on.isBegun),
      writeState(on.saved.state),
      writePeers(on.saved.peers),
      writeEnd(on.saved.endedAt),
      on.request,
      writePolicy(on.policy),
      on.folded,
      on.outcomeBefore,
      on.saved.state.lastOutcome,
      flag(on.keepsLease),
      flag(on.answersRequests),
    ],
  );
}

function writeEnd(endedAt: number | null): string {
  return endedAt === null ? '' : String(Math.ceil(endedAt * 1000));
}

export function writeRequest({ request }: WorkerContext): string {
  return request === 'none' ? '' : request;
}
