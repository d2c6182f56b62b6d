import { createPeerList, type PeerRecord, type PeerRecordInput } from '../policy/peer-record.ts';
import { resolvePolicy, type SyncPolicy, type SyncPolicyOptions } from '../policy/sync-policy.ts';
import { initialSyncState, type SyncWorkerState } from '../policy/sync-worker-state.ts';
import { checkSyncState } from '../policy/sync-worker-state-wire.ts';

/** A run under way: one attempt after another, each at another peer. */
export interface Run {
  /** The peer being asked, as it was when the attempt began. */
  readonly peer: PeerRecord;
  /** URLs of the peers asked so far, the present one last. */
  readonly asked: readonly string[];
  /** The head that earlier attempts of this run came to; '' if none came anywhere. */
  readonly head: string;
  /** Asked for with `force`: cooldowns do not count. */
  readonly forced: boolean;
}

/** A wish to sync before the due time. `forced` also passes over the peers' backoff, and never over a Retry-After. */
export type SyncRequest = 'none' | 'asked' | 'forced';

/** What the worker knows. It survives a JSON round trip; to restore a worker, `worker` and `peers` are enough. */
export interface WorkerContext {
  readonly policy: SyncPolicy;
  readonly worker: SyncWorkerState;
  readonly peers: readonly PeerRecord[];
  /** Null while no attempt of ours is under way. */
  readonly run: Run | null;
  readonly request: SyncRequest;
  /** Seconds that the run has lasted by the timers that ended in it: no clock change can touch it. */
  readonly lasted: number;
  /** Seconds of the timer of the run that was set last; 0 where none was set in this life. */
  readonly look: number;
  /** URLs of peers that were stuck since a run last ended, the longest ago first: they are asked after all others. */
  readonly stalled: readonly string[];
  /** URL of the peer of the newest attempt that ended; '' before the first. */
  readonly lastAsked: string;
  /** When the newest run or solo turn ended, in Unix seconds with a fraction; 0: never. The floor counts from here. */
  readonly endedAt: number;
}

/** What a worker starts from. */
export interface WorkerInput {
  /** URLs or records. @default [] */
  readonly peers?: readonly (string | PeerRecordInput)[] | undefined;
  readonly policy?: SyncPolicyOptions | undefined;
  /** The ten fields of an earlier life. */
  readonly state?: SyncWorkerState | undefined;
}

/**
 * The context a worker starts with, fresh or from the ten fields of an earlier life.
 *
 * @throws RangeError for a policy option, TypeError for a peer or a field of the state, naming it, its value and what
 * is allowed
 */
export function createWorkerContext(input: WorkerInput = {}): WorkerContext {
  const worker = input.state === undefined ? initialSyncState() : checkSyncState(input.state);
  return {
    policy: resolvePolicy(input.policy),
    worker,
    peers: createPeerList(input.peers ?? []),
    run: null,
    request: 'none',
    lasted: 0,
    look: 0,
    stalled: [],
    lastAsked: '',
    endedAt: worker.lastSyncFinishedAt,
  };
}

/** Whether the worker's marks belong to this record: a peer may stand in other buckets too. @internal */
export function inSyncBucket(peer: PeerRecord): boolean {
  return peer.bucket === 'sync';
}
