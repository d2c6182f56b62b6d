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
  /** Its limit: the policy's `stuckAfterSeconds` when it began. */
  readonly stuckAfterSeconds: number;
  /** The peer being asked, as it was when the attempt began. */
  readonly peer: PeerRecord;
  /** When the attempt under way began, in Unix seconds with a fraction. */
  readonly attemptStartedAt: number;
  /** URLs of the peers tried in this run so far, the current one last. */
  readonly triedPeers: readonly string[];
  /** How many of them a gate held, so they were not asked. */
  readonly heldPeers: number;
  /** Requested with `force`: cooldowns do not count. */
  readonly forced: boolean;
  /** The newest failure of this run, or `held` if gates held every peer so far; null if neither. */
  readonly failure: RunFailure | null;
}

/** What the end of a run needs to know about its failed attempt. */
export interface RunFailure {
  readonly outcome: 'error' | 'held';
  readonly error: string;
  readonly local: boolean;
}

/**
 * A request to sync before the due time. `forced` also overrides the peers' backoff, but never a Retry-After; `new-peer` means
 * that a peer was added while the worker waited for others.
 */
export type SyncRequest = 'none' | 'new-peer' | 'requested' | 'forced';

/** What set the next due time; stored when the due time is computed. */
export interface DueReason {
  readonly rule: WaitRule;
  /** The peer whose Retry-After or cooldown set it; '' if none did. */
  readonly peerUrl: string;
  /** Seconds that the jitter or the spread added. */
  readonly jitterSeconds: number;
}

/** The context of a worker. It survives a JSON round trip; `worker` and `peers` are enough to restore a worker. */
export interface WorkerContext {
  readonly policy: SyncPolicy;
  /** The ten fields. */
  readonly worker: SyncWorkerState;
  readonly peers: readonly PeerRecord[];
  /** What the worker decided when it last read the clock. */
  readonly decision: Decision;
  readonly due: DueReason;
  /** Null while no attempt is under way. */
  readonly run: Run | null;
  /** The ten fields before the run under way; restored if it is withdrawn. */
  readonly settled: SyncWorkerState;
  readonly request: SyncRequest;
  /** URLs of peers that got stuck since a run last ended, oldest first; they are asked after all others. */
  readonly stuckPeers: readonly string[];
  /** URL of the peer of the newest attempt that ended; '' before the first. */
  readonly lastTriedPeer: string;
  /**
   * When the newest run ended or the worker went solo, in Unix seconds with a fraction; null: not since the start. The pause
   * between runs starts here.
   */
  readonly endedAt: number | null;
  /**
   * No run begins before this, in Unix seconds: the end of an abandoned run's limit, or the spread of a start; null before it
   * is drawn.
   */
  readonly notBefore: number | null;
  /** Why a wait was shortened since the last run began; null if none was. */
  readonly bounded: BoundReason | null;
}

/** The input that a worker starts from. */
export interface WorkerInput {
  /** URLs or records. @default [] */
  readonly peers?: readonly (string | PeerRecordInput)[] | undefined;
  readonly policy?: SyncPolicyOptions | undefined;
  /** The ten fields, as saved before a restart. */
  readonly state?: SyncWorkerState | undefined;
  /** A request that is pending from the start, for example because a peer is new. @default 'none' */
  readonly request?: SyncRequest | undefined;
  /** False if the worker continues rather than starts: its first run is then not spread. @default true */
  readonly isStart?: boolean | undefined;
  /** When the newest run ended, in Unix seconds with a fraction. @default null: estimated from the state */
  readonly endedAt?: number | null | undefined;
}

/**
 * Creates the context a worker starts with, fresh or from saved fields.
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
    // The rest of an abandoned run is always waited out.
    notBefore: input.isStart === false && !isAbandoned ? 0 : null,
    bounded: null,
  };
}

/**
 * Reconstructs what set the due time, which is not saved. If a peer's Retry-After ends at the due time (give or take the
 * second of rounding), that was it; otherwise the state implies the rule.
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
