import type { BoundReason } from '../policy/bounds.ts';
import { createPeerList, type PeerRecord, type PeerRecordInput } from '../policy/peer-record.ts';
import { resolvePolicy, type SyncPolicy, type SyncPolicyOptions } from '../policy/sync-policy.ts';
import { lastSettled } from '../policy/sync-run.ts';
import { initialSyncState, type SyncWorkerState } from '../policy/sync-worker-state.ts';
import { checkSyncState } from '../policy/sync-worker-state-wire.ts';
import type { Decision, WaitRule } from './decide.ts';

/** A run under way: one attempt after another, each at another peer. */
export interface Run {
  /** When it began, in Unix seconds with a fraction. */
  readonly startedAt: number;
  /** Its limit: the policy's when it began. */
  readonly stuckAfterSeconds: number;
  /** The peer being asked, as it was when the attempt began. */
  readonly peer: PeerRecord;
  /** When the attempt under way began, in Unix seconds with a fraction. */
  readonly attemptStartedAt: number;
  /** URLs of the peers of this run so far, the present one last. */
  readonly triedPeers: readonly string[];
  /** How many of them a gate held, so that they were not asked. */
  readonly heldPeers: number;
  /** Requested with `force`: cooldowns do not count. */
  readonly forced: boolean;
  /** How the newest attempt of this run ended, once it has; null before. */
  readonly failure: RunFailure | null;
}

/** What the end of a run needs to know of the attempt that ended it badly. */
export interface RunFailure {
  readonly outcome: 'error' | 'held';
  readonly error: string;
  readonly local: boolean;
}

/**
 * A request to sync before the due time. `forced` also overrides the peers' backoff, and never a Retry-After; `new-peer` is
 * a peer that was added while the worker waited for others.
 */
export type SyncRequest = 'none' | 'new-peer' | 'requested' | 'forced';

/** What set the next due time, kept where it was computed. */
export interface DueReason {
  readonly rule: WaitRule;
  /** The peer whose Retry-After or cooldown set it; '' if it was none. */
  readonly peerUrl: string;
  /** Seconds that the jitter or the spread added. */
  readonly jitterSeconds: number;
}

/** What the worker knows. It survives a JSON round trip; to restore a worker, `worker` and `peers` are enough. */
export interface WorkerContext {
  readonly policy: SyncPolicy;
  /** The ten fields. */
  readonly worker: SyncWorkerState;
  readonly peers: readonly PeerRecord[];
  /** What the worker decided when it last read the clock. */
  readonly decision: Decision;
  readonly due: DueReason;
  /** Null while no attempt of ours is under way. */
  readonly run: Run | null;
  /** The ten fields before the run under way: what they are again if it is withdrawn. */
  readonly settled: SyncWorkerState;
  readonly request: SyncRequest;
  /** URLs of peers that were stuck since a run last ended, the longest ago first: they are asked after all others. */
  readonly stuckPeers: readonly string[];
  /** URL of the peer of the newest attempt that ended; '' before the first. */
  readonly lastTriedPeer: string;
  /** When the newest run or solo turn ended, in Unix seconds with a fraction; null: not in this life. The pause between runs counts from here. */
  readonly endedAt: number | null;
  /** Nothing is due before this, in Unix seconds: what is left of an abandoned run, or the spread of a start; null before it is drawn. */
  readonly notBefore: number | null;
  /** Why a wait was shortened since the last run began; null if none was. */
  readonly bounded: BoundReason | null;
}

/** What a worker starts from. */
export interface WorkerInput {
  /** URLs or records. @default [] */
  readonly peers?: readonly (string | PeerRecordInput)[] | undefined;
  readonly policy?: SyncPolicyOptions | undefined;
  /** The ten fields of an earlier life. */
  readonly state?: SyncWorkerState | undefined;
  /** A request that waits from the start, say for a peer that was not on the list before. @default 'none' */
  readonly request?: SyncRequest | undefined;
  /** False where a worker goes on rather than starts: then the first run is not spread. @default true */
  readonly isStart?: boolean | undefined;
  /** When the newest run ended, in Unix seconds with a fraction. @default null: the state says when at the latest */
  readonly endedAt?: number | null | undefined;
}

/**
 * The context a worker starts with, fresh or from the ten fields of an earlier life.
 *
 * @throws RangeError for a policy option, TypeError for a peer or a field of the state, naming it, its value and what
 * is allowed
 */
export function createWorkerContext(input: WorkerInput = {}): WorkerContext {
  const worker = input.state === undefined ? initialSyncState() : checkSyncState(input.state);
  const isAbandoned = worker.lastOutcome === 'running';
  const peers = createPeerList(input.peers ?? []);
  return {
    policy: resolvePolicy(input.policy),
    worker,
    peers,
    decision: { kind: 'wait', at: 0, until: 0, rule: 'due', peerUrl: '' },
    due: restoredDue(worker, peers),
    run: null,
    settled: isAbandoned ? lastSettled(worker) : worker,
    request: input.request ?? 'none',
    stuckPeers: isAbandoned && worker.lastPeerUrl !== '' ? [worker.lastPeerUrl] : [],
    lastTriedPeer: '',
    endedAt: input.endedAt ?? null,
    // What is left of an abandoned run is waited out in any case.
    notBefore: input.isStart === false && !isAbandoned ? 0 : null,
    bounded: null,
  };
}

/**
 * What set the due time is not in the ten fields. A Retry-After that ends with it (its end is rounded up) is on its peer's
 * record; else the state names the rule.
 */
function restoredDue(worker: SyncWorkerState, peers: readonly PeerRecord[]): DueReason {
  if (worker.lastOutcome !== 'error' && worker.lastOutcome !== 'fork') {
    return { rule: 'interval', peerUrl: '', jitterSeconds: 0 };
  }
  const waited = peers.find(
    ({ retryAfter }) => retryAfter !== null && Math.abs(retryAfter.until - worker.nextSyncDueAt) <= 1,
  );
  return waited === undefined
    ? { rule: 'backoff', peerUrl: '', jitterSeconds: 0 }
    : { rule: 'retry-after', peerUrl: waited.peerUrl, jitterSeconds: 0 };
}
