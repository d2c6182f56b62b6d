import { isDeepStrictEqual } from 'node:util';
import {
  beginSync,
  boundWaits,
  continueSync,
  eligibleSyncPeers,
  finishSoloSync,
  finishSync,
  isSyncPeer,
  lastSettled,
  MAX_LOCAL_FAULT_SECONDS,
  MIN_RUN_GAP_SECONDS,
  nextAskAt,
  type PeerRecord,
  recordHeld,
  recordSyncFailure,
  recordSyncSuccess,
  retryAfterUntil,
  SyncAbortedError,
  type SyncPolicy,
  type SyncWorkerEmitted,
  type SyncWorkerState,
  withdrawSync,
} from '../../src/core.ts';
import { expectEqual, expectThat } from './cheap-expect.ts';

/** Seconds, far below any that count: sums of fractions are not exact. */
const ROUNDING = 1e-6;

/** A moment, by the wall clock and by a time that no clock change touches; both in seconds. */
export interface Moment {
  readonly now: number;
  readonly elapsed: number;
}

/**
 * A plain fold of the policy over what a worker emits, and a check of every step against the rules. It never looks into the
 * worker: what it knows is what was emitted, and the time.
 */
export interface WorkerModel {
  readonly state: () => SyncWorkerState;
  readonly peers: () => readonly PeerRecord[];
  /** The wall time from which a run is owed: the worker is due, and a peer may be asked or there is none at all. */
  readonly owedAt: () => number;
  readonly emitted: (event: SyncWorkerEmitted, at: Moment) => void;
  readonly requested: (force: boolean) => void;
  /** An operator had the worker clear this peer's Retry-After. */
  readonly cleared: (peerUrl: string) => void;
  /** The worker was killed: a request, a run and its stuck peers are lost, the ten fields and the peers are not. */
  readonly restarted: (at: Moment) => void;
  /** Until when each peer asked not to be contacted, kept apart from all records. */
  readonly retryAfters: ReadonlyMap<string, number>;
}

export function createWorkerModel(
  firstPolicy: SyncPolicy,
  random: number,
  initial: SyncWorkerState,
  initialPeers: readonly PeerRecord[],
  began: Moment,
): WorkerModel {
  let policy = firstPolicy;
  let state = initial;
  let settled = initial;
  let peers = initialPeers;
  let request: 'none' | 'new-peer' | 'requested' | 'forced' = 'none';
  let run = { forced: false, began, stuckAfter: policy.stuckAfterSeconds, attemptBegan: began, timeout: 0 };
  let isUnderWay = false;
  let isRotated = false;
  let tried: string[] = [];
  let held = 0;
  let failure: Extract<SyncWorkerEmitted, { type: 'attempt.finished' }>['result'] | undefined;
  let stuck: string[] = [];
  let ended: Moment = { now: initial.lastSyncFinishedAt, elapsed: Number.NEGATIVE_INFINITY };
  let notBefore = 0;
  const retryAfters = new Map<string, number>();
  const note = (peer: PeerRecord): void => {
    if (peer.bucket !== 'sync') return;
    retryAfters.set(peer.peerUrl, Math.max(retryAfters.get(peer.peerUrl) ?? 0, retryAfterUntil(peer)));
  };

  const beginLife = ({ now }: Moment): void => {
    request = 'none';
    isUnderWay = false;
    const isAbandoned = state.lastOutcome === 'running';
    settled = isAbandoned ? lastSettled(state) : state;
    stuck = isAbandoned && state.lastPeerUrl !== '' ? [state.lastPeerUrl] : [];
    const began = Math.min(state.lastSyncStartedAt, now);
    const left = state.lastSyncStartedAt <= 0 ? 0 : began + policy.stuckAfterSeconds + 1;
    notBefore = isAbandoned ? left : now + random * policy.intervalSeconds * policy.spreadRatio;
    peers.forEach(note);
  };
  beginLife(began);

  const dueAt = (): number => {
    if (isUnderWay) return run.began.now + run.stuckAfter;
    if (state.lastOutcome === 'running') return notBefore;
    const isAsked = request === 'requested' || request === 'forced';
    const isWanted =
      isAsked || request === 'new-peer' || (state.lastOutcome === 'solo' && peers.some(isSyncPeer));
    return Math.max(isWanted ? 0 : state.nextSyncDueAt, isAsked ? 0 : notBefore);
  };
  const mark = (peerUrl: string, how: (peer: PeerRecord) => PeerRecord): void => {
    peers = peers.map((peer) => (peer.bucket === 'sync' && peer.peerUrl === peerUrl ? how(peer) : peer));
  };
  const inSync = (peerUrl: string): PeerRecord | undefined =>
    peers.find((peer) => peer.bucket === 'sync' && peer.peerUrl === peerUrl);

  /** The peer that a run begins with, by the reference's order but for stuck peers and the rotation. */
  const expectedPeer = (now: number): string | undefined => {
    const open = eligibleSyncPeers(peers, { now }).map(({ peerUrl }) => peerUrl);
    const untried = open.filter((url) => !tried.includes(url));
    const fresh = untried.filter((url) => !stuck.includes(url));
    const good = fresh.filter((url) => inSync(url)?.failureCount === 0);
    if (tried.length > 0 || !isRotated || good.length === 0)
      return fresh[0] ?? stuck.find((url) => untried.includes(url));
    const oldest = Math.min(...good.map((url) => inSync(url)?.lastAskedAt ?? 0));
    return good.find((url) => inSync(url)?.lastAskedAt === oldest);
  };

  const finish = (seen: SyncWorkerState, now: number): SyncWorkerState => {
    const { intervalSeconds, spreadRatio, catchUpIntervalSeconds } = policy;
    if (seen.lastOutcome === 'solo') {
      expectEqual(peers.filter(isSyncPeer), []);
      return finishSoloSync(state, { now, intervalSeconds, spreadRatio, random });
    }
    const common = { ...policy, now, peerUrl: tried.at(-1) ?? '', random };
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
  const settle = (next: SyncWorkerState, at: Moment): void => {
    state = next;
    settled = next;
    isUnderWay = false;
    ended = at;
    request = 'none';
    notBefore = 0;
  };

  const emitted = (event: SyncWorkerEmitted, at: Moment): void => {
    const { now, elapsed } = at;
    switch (event.type) {
      case 'run.started': {
        const since = now - ended.now;
        // By the wall clock, or by the time that passed: a clock set back shows an old end again.
        const hasPaused =
          since < 0 || Math.max(since, elapsed - ended.elapsed) >= MIN_RUN_GAP_SECONDS - ROUNDING;
        expectThat(hasPaused, () => `a run ${since} s after the last`);
        if (state.lastOutcome !== 'running') {
          const wanted = request !== 'none' || (state.lastOutcome === 'solo' && peers.some(isSyncPeer));
          expectThat(wanted || now >= state.nextSyncDueAt, () => `at ${now}, due ${state.nextSyncDueAt}`);
          settled = state;
        }
        isRotated = state.lastOutcome === 'ok' && inSync(state.lastPeerUrl)?.lastBroughtNews === false;
        const timeout = policy.attemptTimeoutSeconds;
        run = {
          forced: request === 'forced',
          began: at,
          stuckAfter: policy.stuckAfterSeconds,
          attemptBegan: at,
          timeout,
        };
        isUnderWay = true;
        tried = [];
        held = 0;
        failure = undefined;
        request = 'none';
        state = beginSync(state, { now, peerUrl: event.state.lastPeerUrl });
        return;
      }
      case 'attempt.started': {
        const { peerUrl } = event;
        const expected = expectedPeer(now);
        // By force a peer in its cooldown may be asked too, before one that was stuck lately.
        const isFree = run.forced && (expected === undefined || stuck.includes(expected));
        if (!isFree) expectEqual(peerUrl, expected);
        expectThat(
          inSync(peerUrl) !== undefined && isSyncPeer(inSync(peerUrl) as PeerRecord),
          () => `${peerUrl} is no enabled sync peer`,
        );
        expectThat(!tried.includes(peerUrl), () => `${peerUrl} asked twice in one run`);
        expectThat(
          tried.length - held < policy.maxPeersPerRun,
          () => `asked ${tried.length} of ${policy.maxPeersPerRun}`,
        );
        expectThat(failure?.outcome !== 'error' || !failure.local, () => 'asked after a local fault');
        tried.push(peerUrl);
        state = continueSync(state, { peerUrl });
        run = { ...run, attemptBegan: at, timeout: policy.attemptTimeoutSeconds };
        const until = retryAfters.get(peerUrl) ?? 0;
        expectThat(now >= until, () => `${peerUrl} asked at ${now}, in its Retry-After until ${until}`);
        return;
      }
      case 'attempt.finished': {
        const { peerUrl, result } = event;
        expectEqual(peerUrl, tried.at(-1));
        const isTimeout = result.outcome === 'error' && result.cause instanceof SyncAbortedError;
        const lasted = Math.max(elapsed - run.attemptBegan.elapsed, now - run.attemptBegan.now);
        expectThat(!isTimeout || lasted >= run.timeout - ROUNDING, () => `timed out after ${lasted} s`);
        const seconds = result.outcome === 'error' ? result.retryAfterSeconds : 0;
        retryAfters.set(peerUrl, Math.max(retryAfters.get(peerUrl) ?? 0, seconds > 0 ? now + seconds : 0));
        if (result.outcome === 'held') {
          held += 1;
          mark(peerUrl, (peer) => recordHeld(peer, result.until));
        } else if (result.outcome === 'ok') {
          mark(peerUrl, (peer) =>
            recordSyncSuccess(peer, { now, broughtNews: result.head !== state.currentHead }),
          );
        } else if (result.outcome === 'fork' || !result.local) {
          mark(peerUrl, (peer) => recordSyncFailure(peer, { ...policy, ...result, now }));
        }
        // One that was removed meanwhile comes back, disabled: `retryAfters` is what holds it to its promise.
        if (inSync(peerUrl) === undefined) peers = event.peers;
        if ('head' in result) state = continueSync(state, { currentHead: result.head });
        if (result.outcome !== 'held' || failure === undefined) failure = result;
        return;
      }
      case 'run.stuck': {
        expectEqual(event.peerUrl, tried.at(-1));
        const lasted = Math.max(elapsed - run.began.elapsed, now - run.began.now);
        expectThat(lasted >= run.stuckAfter - ROUNDING, () => `stuck after ${lasted} s`);
        mark(event.peerUrl, (peer) =>
          recordSyncFailure(peer, { now, error: peer.lastError, failureBackoffSeconds: 0 }),
        );
        if (inSync(event.peerUrl) === undefined) peers = event.peers;
        stuck = [...stuck.filter((url) => url !== event.peerUrl), event.peerUrl];
        isUnderWay = false;
        notBefore = 0;
        return;
      }
      case 'run.withdrawn':
        expectThat(held === tried.length, () => `withdrawn though ${tried.length - held} were asked`);
        settle(withdrawSync(settled, { now, currentHead: state.currentHead }), at);
        return;
      case 'run.finished':
        settle(finish(event.state, now), at);
        stuck = [];
        return;
      case 'waits.bounded': {
        const bounded = boundWaits(state, peers, { now, policy });
        expectEqual(event.state, bounded.state);
        expectThat(
          !isDeepStrictEqual([state, peers], [event.state, event.peers]),
          () => 'nothing was bounded',
        );
        state = bounded.state;
        if (state.lastOutcome !== 'running') settled = state;
        peers = event.peers;
        for (const peer of peers) {
          if (peer.bucket !== 'sync') continue;
          const until = retryAfters.get(peer.peerUrl) ?? 0;
          retryAfters.set(peer.peerUrl, Math.min(until, retryAfterUntil(peer)));
        }
        return;
      }
      case 'peers.changed': {
        const isWaiting = state.lastOutcome === 'error' || state.lastOutcome === 'fork';
        const isNew = event.peers.some(
          (peer) => peer.bucket === 'sync' && peer.enabled && inSync(peer.peerUrl) === undefined,
        );
        if (isNew && isWaiting && request === 'none') request = 'new-peer';
        peers = event.peers;
        // What a peer asked for may be lost with the peer, once it is over.
        for (const [url, until] of retryAfters)
          if (until <= now && inSync(url) === undefined) retryAfters.delete(url);
        peers.forEach(note);
        return;
      }
      case 'policy.changed':
        policy = event.policy;
        return;
      default:
        return;
    }
  };

  return {
    state: () => state,
    peers: () => peers,
    owedAt: () => {
      const open = peers.filter(isSyncPeer).map(request === 'forced' ? retryAfterUntil : nextAskAt);
      return Math.max(dueAt(), open.length === 0 ? 0 : Math.min(...open));
    },
    emitted,
    retryAfters,
    cleared: (peerUrl) => {
      retryAfters.delete(peerUrl);
    },
    requested: (force) => {
      request = force || request === 'forced' ? 'forced' : 'requested';
    },
    restarted: beginLife,
  };
}
