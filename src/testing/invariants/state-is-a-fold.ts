import { isDeepStrictEqual } from 'node:util';
import { SyncAbortedError } from '../../policy/errors.ts';
import type { PeerRecord } from '../../policy/peer-record.ts';
import { eligibleSyncPeers, isSyncPeer, retryAfterUntil } from '../../policy/peer-selection.ts';
import { MIN_RUN_GAP_SECONDS } from '../../policy/sync-policy.ts';
import type { SyncWorkerState } from '../../policy/sync-worker-state.ts';
import type { WorkerContext } from '../../schedule/worker-context.ts';
import type { HistoryEntry, Moment } from '../world/history.ts';
import { expectEventsInOrder } from './event-order.ts';
import { type Invariant, ROUNDING } from './invariant.ts';
import type { PolicyFold } from './policy-fold.ts';

/**
 * The ten fields and the peers are a fold of the policy over the worker's events. Each run is due and keeps its pause, asks the
 * peers in order, and ends as its attempts did; and the chart is in the state that the last outcome names.
 */
export const stateIsAFold: Invariant = (breach) => {
  const order = expectEventsInOrder(breach);
  let checked: unknown;
  let checkedPeers: unknown;
  let checkedValue: unknown;
  const same = (what: string, actual: unknown, expected: unknown): void => {
    if (Object.is(actual, expected) || isDeepStrictEqual(actual, expected)) return;
    breach(`${what} is ${JSON.stringify(actual)}; by the policy it must be ${JSON.stringify(expected)}`);
  };
  const sameState = (what: string, actual: SyncWorkerState, expected: SyncWorkerState): void => {
    if (!isSameState(actual, expected)) same(what, actual, expected);
  };
  const compare = (context: WorkerContext, fold: PolicyFold, at: number): void => {
    sameState('the state', context.worker, fold.state);
    if (context.peers === checkedPeers || context.peers === fold.peers) return;
    checkedPeers = context.peers;
    same('the peers', context.peers.map(essence(at)), fold.peers.map(essence(at)));
  };

  return {
    before: (entry, fold) => {
      if (entry.kind === 'began') order.begun();
      if (entry.kind !== 'emitted') return;
      order.emitted(entry.event.type);
      beforeEvent(entry, fold, breach);
    },
    after: (entry, fold) => {
      if (entry.kind === 'emitted') {
        const { event } = entry;
        if (event.type === 'attempt.started' && fold.tried.length > fold.policy.maxPeersPerRun + fold.held)
          breach(`a run asks ${fold.tried.length - fold.held} peers`);
        if ('state' in event) sameState(`the state of ${event.type}`, event.state, fold.state);
      }
      if (entry.kind !== 'settled' || entry.context === undefined) return;
      if (entry.status !== 'active') breach(`the chart is ${entry.status}`);
      const { context, value } = entry;
      if (context !== checked && fold.isStarted) compare(context, fold, entry.at);
      checked = context;
      if (value === checkedValue) return;
      checkedValue = value;
      same('a context read from JSON', JSON.parse(JSON.stringify(context)), context);
      const top = typeof value === 'string' ? value : 'running';
      same('the state of the chart', top, context.worker.lastOutcome);
    },
  };
};

function isSameState(one: SyncWorkerState, other: SyncWorkerState): boolean {
  return (Object.keys(one) as (keyof SyncWorkerState)[]).every((field) => one[field] === other[field]);
}

type Emitted = Extract<HistoryEntry, { kind: 'emitted' }>;

/** Checks an event against what the fold knew before it. */
function beforeEvent(
  { event, at, elapsed }: Emitted,
  fold: PolicyFold,
  breach: (text: string) => void,
): void {
  const lasted = (since: Moment): number => Math.max(elapsed - since.elapsed, at - since.at);
  const { run, tried, state, failure } = fold;
  switch (event.type) {
    case 'run.started': {
      const since = at - fold.ended.at;
      // By the wall clock or by elapsed time, whichever is longer: after the clock was set back, the wall clock shows too short a
      // pause.
      const pause = since < 0 ? Number.POSITIVE_INFINITY : lasted(fold.ended);
      if (pause < MIN_RUN_GAP_SECONDS - ROUNDING) breach(`a run starts ${pause} s after the last`);
      if (state.lastOutcome === 'running') return;
      const isWanted =
        fold.request !== 'none' || (state.lastOutcome === 'solo' && fold.peers.some(isSyncPeer));
      if (!isWanted && at < state.nextSyncDueAt)
        breach(`a run starts at ${at} but is due at ${state.nextSyncDueAt}`);
      return;
    }
    case 'attempt.started': {
      const { peerUrl } = event;
      const expected = expectedPeer(fold, at);
      // A forced run may also ask peers in cooldown, and asks them before recently stuck ones.
      const isFree = run?.forced === true && (expected === undefined || fold.stuck.includes(expected));
      if (!isFree && peerUrl !== expected) breach(`${peerUrl} is asked, but it is the turn of ${expected}`);
      const record = fold.inSync(peerUrl);
      if (record === undefined || !isSyncPeer(record))
        breach(`${peerUrl} is asked but is not an enabled sync peer`);
      if (tried.includes(peerUrl)) breach(`${peerUrl} is asked twice in one run`);
      if (failure?.outcome === 'error' && failure.local) breach(`${peerUrl} is asked after a local fault`);
      return;
    }
    case 'attempt.finished': {
      if (event.peerUrl !== tried.at(-1)) breach(`an attempt at ${event.peerUrl} ends but did not start`);
      const { result } = event;
      const isTimeout =
        result.outcome === 'error' &&
        result.cause instanceof SyncAbortedError &&
        result.cause.code === 'attempt_timeout';
      if (isTimeout && run !== undefined && lasted(run.attemptBegan) < run.timeout - ROUNDING)
        breach(`an attempt times out after ${lasted(run.attemptBegan)} s`);
      return;
    }
    case 'run.stuck':
      if (event.peerUrl !== tried.at(-1)) breach(`${event.peerUrl} is stuck but was not asked`);
      if (run !== undefined && lasted(run.began) < run.stuckAfter - ROUNDING)
        breach(`a run is stuck after ${lasted(run.began)} s`);
      return;
    case 'run.withdrawn':
      if (fold.isStarted && fold.held !== tried.length)
        breach(`a run is withdrawn although ${tried.length - fold.held} peers were asked`);
      return;
    case 'run.finished':
      if (event.state.lastOutcome === 'solo' && fold.peers.some(isSyncPeer))
        breach('the worker is solo but has a peer');
      return;
    default:
  }
}

/** Whose turn it is, in the order of the reference, except for stuck peers and the rotation. */
function expectedPeer(fold: PolicyFold, now: number): string | undefined {
  const { peers, tried, stuck } = fold;
  const open = eligibleSyncPeers(peers, { now }).map(({ peerUrl }) => peerUrl);
  const untried = open.filter((url) => !tried.includes(url));
  const fresh = untried.filter((url) => !stuck.includes(url));
  const good = fresh.filter((url) => fold.inSync(url)?.failureCount === 0);
  if (tried.length > 0 || !fold.isRotated || good.length === 0)
    return fresh[0] ?? stuck.find((url) => untried.includes(url));
  const oldest = Math.min(...good.map((url) => fold.inSync(url)?.lastAskedAt ?? 0));
  return good.find((url) => fold.inSync(url)?.lastAskedAt === oldest);
}

/** The fields of a record that decide when its peer is asked. */
function essence(now: number): (peer: PeerRecord) => unknown {
  return (peer) => {
    const { bucket, peerUrl, enabled, failureCount, lastSyncOkAt, cooldownUntil } = peer;
    const { excluded, removed, lastBroughtNews, lastAskedAt } = peer;
    const until = Math.max(now, retryAfterUntil(peer));
    const marks = { failureCount, lastSyncOkAt, cooldownUntil, until, lastBroughtNews, lastAskedAt };
    return { bucket, peerUrl, enabled, excluded, removed, ...marks };
  };
}
