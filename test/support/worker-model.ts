import {
  beginSync,
  eligibleSyncPeers,
  finishSoloSync,
  finishSync,
  isSyncPeer,
  MIN_RUN_GAP_SECONDS,
  nextAskAt,
  type PeerRecord,
  recordSyncFailure,
  recordSyncSuccess,
  retryAfterUntil,
  type SyncPolicy,
  type SyncWorkerState,
} from '../../src/index.ts';
import type { SyncWorkerEmitted } from '../../src/schedule/worker-events.ts';
import { expectEqual, expectThat } from './cheap-expect.ts';

/** Seconds, far below any that count: sums of fractions are not exact. */
const ROUNDING = 1e-6;

/**
 * A plain fold of the policy over what a worker tells, and a check of every step against the rules. It never looks into
 * the worker: what it knows is what was told, and the time.
 */
export interface WorkerModel {
  readonly state: () => SyncWorkerState;
  readonly peers: () => readonly PeerRecord[];
  /** The wall time from which a run is owed: the worker is due, and a peer may be asked or there is none at all. */
  readonly owedAt: () => number;
  /** `now` is wall time, `elapsed` a time that no clock change touches; both in seconds. */
  readonly told: (event: SyncWorkerEmitted, now: number, elapsed: number) => void;
  readonly requested: (force: boolean) => void;
  /** An operator had the worker forget this peer's Retry-After. */
  readonly forgiven: (peerUrl: string) => void;
  /** The worker was killed: a wish, a run and its stuck peers are forgotten, the ten fields and the peers are not. */
  readonly restarted: (elapsed: number) => void;
  /** Until when each peer asked to be left alone, kept apart from all records. */
  readonly silence: ReadonlyMap<string, number>;
}

export function createWorkerModel(
  firstPolicy: SyncPolicy,
  random: number,
  initial: SyncWorkerState,
  initialPeers: readonly PeerRecord[],
): WorkerModel {
  let policy = firstPolicy;
  let state = initial;
  let peers = initialPeers;
  let request: 'none' | 'asked' | 'forced' = 'none';
  let forced = false;
  let head = '';
  let asked: string[] = [];
  let stalled: string[] = [];
  let endedAt = initial.lastSyncFinishedAt;
  let endedElapsed = 0;
  let beganAt = Number.NEGATIVE_INFINITY;
  const silence = new Map<string, number>();
  const hush = (peer: PeerRecord): void => {
    if (peer.bucket !== 'sync') return;
    silence.set(peer.peerUrl, Math.max(silence.get(peer.peerUrl) ?? 0, retryAfterUntil(peer)));
  };
  peers.forEach(hush);

  const dueAt = (): number => {
    if (state.lastOutcome === 'running') {
      return state.lastSyncStartedAt <= 0 ? 0 : state.lastSyncStartedAt + policy.stuckAfterSeconds;
    }
    const wanted = request !== 'none' || (state.lastOutcome === 'solo' && peers.some(isSyncPeer));
    return wanted ? 0 : state.nextSyncDueAt;
  };
  const mark = (peerUrl: string, how: (peer: PeerRecord) => PeerRecord): void => {
    peers = peers.map((peer) => (peer.bucket === 'sync' && peer.peerUrl === peerUrl ? how(peer) : peer));
  };
  const firstAsk = (): number => Math.min(...peers.filter(isSyncPeer).map(nextAskAt));

  /** By the wall clock, or by the time a run has really lasted: a wall clock set back does not prolong it. */
  const isDue = (now: number, elapsed: number): boolean =>
    now >= dueAt() ||
    (state.lastOutcome === 'running' && elapsed - beganAt >= policy.stuckAfterSeconds - ROUNDING);

  const told = (event: SyncWorkerEmitted, now: number, elapsed: number): void => {
    switch (event.type) {
      case 'run.started': {
        const sinceEnd = now - endedAt;
        // By the wall clock, or by the time that passed: a stuck run may end when a clock set back shows the old end again.
        const hasPaused = sinceEnd < 0 || Math.max(sinceEnd, elapsed - endedElapsed) >= MIN_RUN_GAP_SECONDS;
        expectThat(hasPaused, () => `a run ${sinceEnd} s after the last`);
        expectThat(isDue(now, elapsed), () => `a run at ${now}, due ${dueAt()}`);
        beganAt = elapsed;
        forced = request === 'forced';
        asked = [];
        head = '';
        request = 'none';
        state = beginSync(state, { now, peerUrl: event.state.lastPeerUrl });
        return;
      }
      case 'attempt.started': {
        const open = eligibleSyncPeers(peers, { now }).filter((peer) => !asked.includes(peer.peerUrl));
        const fresh = open.filter((peer) => !stalled.includes(peer.peerUrl));
        const longestStalled = stalled.filter((url) => open.some((peer) => peer.peerUrl === url));
        const expected = fresh[0]?.peerUrl ?? longestStalled[0];
        if (!forced || fresh.length > 0) expectEqual(event.peerUrl, expected);
        expectThat(
          peers.some((peer) => peer.peerUrl === event.peerUrl && isSyncPeer(peer)),
          () => `${event.peerUrl} is no enabled sync peer`,
        );
        expectThat(!asked.includes(event.peerUrl), () => `${event.peerUrl} asked twice in one run`);
        expectThat(
          asked.length < policy.maxPeersPerRun,
          () => `asked ${asked.length} of ${policy.maxPeersPerRun}`,
        );
        asked.push(event.peerUrl);
        const until = silence.get(event.peerUrl) ?? 0;
        expectThat(now >= until, () => `${event.peerUrl} asked at ${now}, silent until ${until}`);
        return;
      }
      case 'attempt.finished': {
        const { peerUrl, result } = event;
        expectEqual(peerUrl, asked.at(-1));
        const wish = result.outcome === 'error' ? result.retryAfterSeconds : 0;
        silence.set(peerUrl, Math.max(silence.get(peerUrl) ?? 0, wish > 0 ? now + wish : 0));
        mark(peerUrl, (peer) =>
          result.outcome === 'ok'
            ? recordSyncSuccess(peer, { now })
            : recordSyncFailure(peer, { ...policy, ...result, now }),
        );
        // One that was removed meanwhile comes back, disabled: `silence` is what holds it to its promise.
        if (!inSync(peers, peerUrl)) peers = event.peers;
        finished = result;
        if (result.outcome !== 'fork') head = result.head || head;
        return;
      }
      case 'run.stuck':
        expectEqual(event.peerUrl, asked.at(-1));
        expectThat(isDue(now, elapsed), () => `stuck at ${now}, and not before ${dueAt()}`);
        mark(event.peerUrl, (peer) =>
          recordSyncFailure(peer, { now, error: peer.lastError, failureBackoffSeconds: 0 }),
        );
        if (!inSync(peers, event.peerUrl)) peers = event.peers;
        stalled = [...stalled.filter((url) => url !== event.peerUrl), event.peerUrl];
        return;
      case 'run.finished':
        state = finish(event.state, now);
        endedAt = now;
        endedElapsed = elapsed;
        stalled = [];
        request = event.state.lastOutcome === 'solo' ? 'none' : request;
        return;
      case 'peers.changed':
        peers = event.peers;
        // What a peer asked for may be forgotten with the peer, once it is over.
        for (const [url, until] of silence) if (until <= now && !inSync(peers, url)) silence.delete(url);
        peers.forEach(hush);
        return;
      case 'policy.changed':
        policy = event.policy;
        return;
      default:
        return;
    }
  };

  let finished: Extract<SyncWorkerEmitted, { type: 'attempt.finished' }>['result'] | undefined;
  const finish = (seen: SyncWorkerState, now: number): SyncWorkerState => {
    if (seen.lastOutcome === 'solo') {
      expectEqual(peers.filter(isSyncPeer), []);
      return finishSoloSync(state, { now, intervalSeconds: policy.intervalSeconds });
    }
    const first = firstAsk();
    const common = { now, peerUrl: asked.at(-1) ?? '', ...policy, random, currentHead: head };
    if (finished?.outcome === 'ok') return finishSync(state, { ...common, ok: true });
    return finishSync(state, {
      ...common,
      ok: false,
      error: finished?.error ?? '',
      forkDetected: finished?.outcome === 'fork',
      retryAfterSeconds: Number.isFinite(first) ? first - Math.trunc(now) : 0,
    });
  };

  return {
    state: () => state,
    peers: () => peers,
    owedAt: () => {
      const open = peers.filter(isSyncPeer).map(request === 'forced' ? retryAfterUntil : nextAskAt);
      return Math.max(dueAt(), open.length === 0 ? 0 : Math.min(...open));
    },
    told,
    silence,
    forgiven: (peerUrl) => {
      silence.delete(peerUrl);
    },
    requested: (force) => {
      if (state.lastOutcome === 'running') return;
      request = force || request === 'forced' ? 'forced' : 'asked';
    },
    restarted: (elapsed) => {
      request = 'none';
      stalled = [];
      endedAt = state.lastSyncFinishedAt;
      beganAt = elapsed;
    },
  };
}

function inSync(peers: readonly PeerRecord[], peerUrl: string): boolean {
  return peers.some((peer) => peer.bucket === 'sync' && peer.peerUrl === peerUrl);
}
