import { boundWaits } from '../../policy/bounds.ts';
import { createPeerList, type PeerRecord } from '../../policy/peer-record.ts';
import { isSyncPeer, nextAskAt, retryAfterUntil } from '../../policy/peer-selection.ts';
import { recordHeld, recordSyncFailure, recordSyncSuccess } from '../../policy/peer-updates.ts';
import { MAX_LOCAL_FAULT_SECONDS, resolvePolicy, type SyncPolicy } from '../../policy/sync-policy.ts';
import {
  beginSync,
  continueSync,
  finishSoloSync,
  finishSync,
  lastSettled,
  withdrawSync,
} from '../../policy/sync-run.ts';
import { initialSyncState, type SyncWorkerState } from '../../policy/sync-worker-state.ts';
import type { AttemptResult } from '../../schedule/attempt.ts';
import type { SyncRequest, WorkerInput } from '../../schedule/worker-context.ts';
import type { SyncWorkerEmitted } from '../../schedule/worker-events.ts';
import type { HistoryEntry, Moment } from '../world/history.ts';

/** A run, as derived from its events. */
export interface FoldedRun {
  readonly forced: boolean;
  readonly began: Moment;
  /** The stuck limit in force when it started, in seconds. */
  readonly stuckAfter: number;
  readonly attemptBegan: Moment;
  /** The limit of the attempt, in seconds; 0: none. */
  readonly timeout: number;
}

/**
 * A fold of the policy over a worker's inputs, its events and the time. It never looks inside the worker.
 */
export interface PolicyFold {
  readonly isStarted: boolean;
  readonly state: SyncWorkerState;
  readonly peers: readonly PeerRecord[];
  readonly policy: SyncPolicy;
  readonly request: SyncRequest;
  readonly run: FoldedRun | undefined;
  /** Whether this run starts with the peer that was asked longest ago, because the last run brought no news. */
  readonly isRotated: boolean;
  /** URLs of the peers tried in this run, the current one last; and how many of them a gate held. */
  readonly tried: readonly string[];
  readonly held: number;
  /** The result of the last attempt of this run. */
  readonly failure: AttemptResult | undefined;
  readonly stuck: readonly string[];
  /** When the last run ended. */
  readonly ended: Moment;
  /** The wall time at which a run must start: the worker is due, and a peer may be asked or there is none at all. */
  owedAt(): number;
  inSync(peerUrl: string): PeerRecord | undefined;
  apply(entry: HistoryEntry): void;
}

type Emitted = Extract<HistoryEntry, { kind: 'emitted' }>;

export function createPolicyFold(random: number): PolicyFold {
  let isStarted = false;
  let isStopping = false;
  let policy = resolvePolicy();
  let state = initialSyncState();
  let settled = state;
  let peers: readonly PeerRecord[] = [];
  let request: SyncRequest = 'none';
  let run: FoldedRun | undefined;
  let isRotated = false;
  let tried: string[] = [];
  let held = 0;
  let failure: AttemptResult | undefined;
  let stuck: string[] = [];
  let ended: Moment = { at: 0, elapsed: Number.NEGATIVE_INFINITY };
  let notBefore = 0;

  const inSync = (peerUrl: string): PeerRecord | undefined =>
    peers.find((peer) => peer.bucket === 'sync' && peer.peerUrl === peerUrl);
  const mark = (peerUrl: string, how: (peer: PeerRecord) => PeerRecord): void => {
    peers = peers.map((peer) => (peer.bucket === 'sync' && peer.peerUrl === peerUrl ? how(peer) : peer));
  };

  const began = (input: WorkerInput, { at: now }: Moment): void => {
    policy = resolvePolicy(input.policy);
    state = input.state ?? initialSyncState();
    peers = createPeerList(input.peers ?? []);
    isStarted = true;
    request = input.request ?? 'none';
    run = undefined;
    const isAbandoned = state.lastOutcome === 'running';
    settled = isAbandoned ? lastSettled(state) : state;
    stuck = isAbandoned && state.lastPeerUrl !== '' ? [state.lastPeerUrl] : [];
    ended = { at: state.lastSyncFinishedAt, elapsed: Number.NEGATIVE_INFINITY };
    const startedAt = Math.min(state.lastSyncStartedAt, now);
    const left = state.lastSyncStartedAt <= 0 ? 0 : startedAt + policy.stuckAfterSeconds + 1;
    notBefore = isAbandoned ? left : now + random * policy.intervalSeconds * policy.spreadRatio;
  };

  const finished = (seen: SyncWorkerState, now: number): SyncWorkerState => {
    const { intervalSeconds, spreadRatio, catchUpIntervalSeconds } = policy;
    if (seen.lastOutcome === 'solo')
      return finishSoloSync(state, { now, intervalSeconds, spreadRatio, random: random });
    const common = { ...policy, now, peerUrl: tried.at(-1) ?? '', random: random };
    if (failure?.outcome === 'ok') {
      const hasMore = failure.more && failure.head !== '' && failure.head !== settled.currentHead;
      const interval = hasMore ? { intervalSeconds: catchUpIntervalSeconds, spreadRatio: 0 } : {};
      return finishSync(state, { ...common, ...interval, ok: true, currentHead: failure.head });
    }
    const isLocal = failure?.outcome === 'error' && failure.local;
    const first = isLocal ? [] : peers.filter(isSyncPeer).map(nextAskAt);
    return finishSync(state, {
      ...common,
      ok: false,
      error: failure?.outcome === 'held' ? '' : (failure?.error ?? ''),
      forkDetected: failure?.outcome === 'fork',
      failureBackoffCapSeconds: isLocal
        ? Math.min(policy.failureBackoffCapSeconds, MAX_LOCAL_FAULT_SECONDS)
        : policy.failureBackoffCapSeconds,
      retryAfterSeconds: first.length > 0 ? Math.min(...first) - Math.trunc(now) : 0,
    });
  };
  const settle = (next: SyncWorkerState, moment: Moment): void => {
    state = next;
    settled = next;
    run = undefined;
    ended = moment;
    request = 'none';
    notBefore = 0;
  };
  const attemptFinished = (
    event: Extract<SyncWorkerEmitted, { type: 'attempt.finished' }>,
    now: number,
  ): void => {
    const { peerUrl, result } = event;
    if (result.outcome === 'held') {
      held += 1;
      mark(peerUrl, (peer) => recordHeld(peer, result.until));
    } else if (result.outcome === 'ok') {
      const broughtNews = result.head !== state.currentHead;
      mark(peerUrl, (peer) => recordSyncSuccess(peer, { now, broughtNews }));
    } else if (result.outcome === 'fork' || !result.local) {
      mark(peerUrl, (peer) => recordSyncFailure(peer, { ...policy, ...result, now }));
    }
    // A peer that was removed meanwhile comes back, disabled.
    if (inSync(peerUrl) === undefined) peers = event.peers;
    if ('head' in result) state = continueSync(state, { currentHead: result.head });
    if (result.outcome !== 'held' || failure === undefined) failure = result;
  };

  const emitted = ({ event, at, elapsed }: Emitted): void => {
    const moment = { at, elapsed };
    switch (event.type) {
      case 'run.started': {
        if (state.lastOutcome !== 'running') settled = state;
        isRotated = state.lastOutcome === 'ok' && inSync(state.lastPeerUrl)?.lastBroughtNews === false;
        const { stuckAfterSeconds: stuckAfter, attemptTimeoutSeconds: timeout } = policy;
        run = { forced: request === 'forced', began: moment, stuckAfter, attemptBegan: moment, timeout };
        tried = [];
        held = 0;
        failure = undefined;
        request = 'none';
        state = beginSync(state, { now: at, peerUrl: event.state.lastPeerUrl });
        return;
      }
      case 'attempt.started':
        tried.push(event.peerUrl);
        state = continueSync(state, { peerUrl: event.peerUrl });
        if (run !== undefined) run = { ...run, attemptBegan: moment, timeout: policy.attemptTimeoutSeconds };
        return;
      case 'attempt.finished':
        attemptFinished(event, at);
        return;
      case 'run.stuck':
        mark(event.peerUrl, (peer) =>
          recordSyncFailure(peer, { now: at, error: peer.lastError, failureBackoffSeconds: 0 }),
        );
        if (inSync(event.peerUrl) === undefined) peers = event.peers;
        stuck = [...stuck.filter((url) => url !== event.peerUrl), event.peerUrl];
        run = undefined;
        notBefore = 0;
        return;
      case 'run.withdrawn': {
        // A head or a failure that arrived during the stop shows only in this event.
        const reached = isStopping ? event.state.currentHead : state.currentHead;
        if (isStopping) peers = event.peers;
        settle(withdrawSync(settled, { now: at, currentHead: reached }), moment);
        return;
      }
      case 'run.finished':
        settle(finished(event.state, at), moment);
        stuck = [];
        return;
      case 'waits.bounded': {
        const bounded = boundWaits(state, peers, { now: at, policy });
        state = bounded.state;
        if (state.lastOutcome !== 'running') settled = state;
        peers = bounded.records;
        return;
      }
      case 'peers.changed': {
        const isWaiting = state.lastOutcome === 'error' || state.lastOutcome === 'fork';
        const isNew = event.peers.some(
          (peer) => peer.bucket === 'sync' && peer.enabled && inSync(peer.peerUrl) === undefined,
        );
        if (isNew && isWaiting && request === 'none') request = 'new-peer';
        peers = event.peers;
        return;
      }
      case 'policy.changed':
        policy = event.policy;
        return;
      default:
    }
  };

  const dueAt = (): number => {
    if (run !== undefined) return run.began.at + run.stuckAfter;
    if (state.lastOutcome === 'running') return notBefore;
    const isAsked = request === 'requested' || request === 'forced';
    const isWanted =
      isAsked || request === 'new-peer' || (state.lastOutcome === 'solo' && peers.some(isSyncPeer));
    return Math.max(isWanted ? 0 : state.nextSyncDueAt, isAsked ? 0 : notBefore);
  };

  return {
    get isStarted() {
      return isStarted && !isStopping;
    },
    get state() {
      return state;
    },
    get peers() {
      return peers;
    },
    get policy() {
      return policy;
    },
    get request() {
      return request;
    },
    get run() {
      return run;
    },
    get isRotated() {
      return isRotated;
    },
    get tried() {
      return tried;
    },
    get held() {
      return held;
    },
    get failure() {
      return failure;
    },
    get stuck() {
      return stuck;
    },
    get ended() {
      return ended;
    },
    inSync,
    owedAt: () => {
      const open = peers.filter(isSyncPeer).map(request === 'forced' ? retryAfterUntil : nextAskAt);
      return Math.max(dueAt(), open.length === 0 ? 0 : Math.min(...open));
    },
    apply: (entry) => {
      switch (entry.kind) {
        case 'began':
          began(entry.input, entry);
          return;
        case 'emitted':
          emitted(entry);
          return;
        case 'stopping':
          isStopping = true;
          return;
        case 'stopped':
        case 'start failed':
          isStarted = false;
          isStopping = false;
          return;
        case 'happened': {
          const { happening } = entry;
          if (happening.kind === 'crash') {
            isStarted = false;
            isStopping = false;
          }
          if (happening.kind !== 'request' || !isStarted || isStopping) return;
          request = happening.force || request === 'forced' ? 'forced' : 'requested';
          return;
        }
        default:
      }
    },
  };
}
