/**
 * How each step of a run updates the context: pure functions that only apply the policy's functions. The chart says when a
 * step is taken. Only these functions and `decide` write `context.worker`.
 */
import { failureBackoff } from '../policy/failure-backoff.ts';
import type { PeerRecord } from '../policy/peer-record.ts';
import { nextAskAt } from '../policy/peer-selection.ts';
import {
  recordHeld,
  recordSyncFailure,
  recordSyncSuccess,
  recordWithdrawal,
  rememberRemoved,
} from '../policy/peer-updates.ts';
import { addSeconds, wholeSeconds } from '../policy/seconds.ts';
import { MAX_LOCAL_FAULT_SECONDS } from '../policy/sync-policy.ts';
import { beginSync, continueSync, finishSoloSync, finishSync, withdrawSync } from '../policy/sync-run.ts';
import type { AttemptResult } from './attempt.ts';
import { earliestPeer } from './choose-peer.ts';
import { ruleOf } from './decide.ts';
import type { DueReason, Run, RunFailure, WorkerContext } from './worker-context.ts';
import type { ChartEvent } from './worker-events.ts';

/** A run begins with the peer of the decision. */
export function beginRun(context: WorkerContext): WorkerContext {
  const { decision, policy, worker, settled } = context;
  const peer = syncPeer(context, decision.peerUrl);
  if (peer === undefined) return context;
  return {
    ...context,
    worker: beginSync(worker, { peerUrl: peer.peerUrl, now: decision.at }),
    settled: worker.lastOutcome === 'running' ? settled : worker,
    run: {
      startedAt: decision.at,
      stuckAfterSeconds: policy.stuckAfterSeconds,
      peer,
      attemptStartedAt: decision.at,
      triedPeers: [peer.peerUrl],
      heldPeers: 0,
      forced: context.request === 'forced',
      failure: null,
    },
    request: 'none',
    // The extra wait of a start delays only the first run, even if that run is withdrawn.
    notBefore: 0,
    bounded: null,
  };
}

/** The attempt ended: marks its peer, and keeps a head that it reached. The run continues or ends. */
export function recordAttempt(context: WorkerContext, result: AttemptResult): WorkerContext {
  const { run, worker } = context;
  if (run === null) return context;
  const isHeld = result.outcome === 'held';
  const recorded = markPeer(context, result);
  const head = 'head' in result ? result.head : '';
  return {
    ...recorded,
    worker: head === '' ? worker : continueSync(worker, { currentHead: head }),
    run: {
      ...run,
      failure: result.outcome === 'ok' ? null : failureOf(run, result),
      heldPeers: run.heldPeers + (isHeld ? 1 : 0),
    },
  };
}

/** A held peer does not replace the failure of an earlier one. */
function failureOf(run: Run, result: Exclude<AttemptResult, { outcome: 'ok' }>): RunFailure {
  if (result.outcome === 'held') return run.failure ?? { outcome: 'held', error: '', local: false };
  return { outcome: 'error', error: result.error, local: result.outcome === 'error' && result.local };
}

/** The run continues at the peer of the decision. */
export function failOver(context: WorkerContext): WorkerContext {
  const { decision, run, worker } = context;
  const peer = syncPeer(context, decision.peerUrl);
  if (peer === undefined || run === null) return context;
  const triedPeers = [...run.triedPeers, peer.peerUrl];
  return {
    ...context,
    worker: continueSync(worker, { peerUrl: peer.peerUrl }),
    run: { ...run, peer, triedPeers, attemptStartedAt: decision.at },
  };
}

/** The run ends as its last attempt did: ok, or with a fork. */
export function endRun(context: WorkerContext, result: AttemptResult, random: number): WorkerContext {
  const { run, worker, settled, policy } = context;
  if (run === null) return context;
  if (result.outcome !== 'ok') {
    return endBadly(context, result.at, { ...result, local: false, forkDetected: true, random });
  }
  const hasMore = result.more && result.head !== '' && result.head !== settled.currentHead;
  const intervalSeconds = hasMore ? policy.catchUpIntervalSeconds : policy.intervalSeconds;
  const spreadRatio = hasMore ? 0 : policy.spreadRatio;
  const ended = finishSync(worker, { ok: true, now: result.at, intervalSeconds, spreadRatio, random });
  return settle(context, ended, result.at, {
    rule: hasMore ? 'catching up' : 'interval',
    peerUrl: '',
    jitterSeconds: jitterOf(ended.nextSyncDueAt, result.at, intervalSeconds),
  });
}

/** The run has no peer left and ends in error, with the error of its newest failed attempt. */
export function failRun(context: WorkerContext, random: number): WorkerContext {
  const { decision, run } = context;
  if (run === null) return context;
  const { error = '', local = false } = run.failure ?? {};
  return endBadly(context, decision.at, { error, local, forkDetected: false, random });
}

/** The run took too long: marks its peer, without a cooldown, and counts no failure of the worker. */
export function recordStuckRun(context: WorkerContext): WorkerContext {
  const { decision, run } = context;
  if (run === null) return context;
  const error = `stuck: no result within ${run.stuckAfterSeconds} s`;
  return recordStuckPeer({ ...context, run: null }, run.peer, decision.at, error);
}

/** A crash interrupted a run: its peer counts as stuck. It is marked once, however often the worker restarts. */
export function recordAbandonedRun(context: WorkerContext): WorkerContext {
  const { decision, worker } = context;
  const peer = syncPeer(context, worker.lastPeerUrl);
  if (peer === undefined || peer.lastAskedAt >= worker.lastSyncStartedAt) return context;
  return recordStuckPeer(context, peer, decision.at, 'stuck: the process ended while it was asked');
}

/**
 * Undoes the run, because the worker was stopped in order or every peer was held. The Retry-After of a last answer is still
 * kept.
 */
export function withdrawRun(context: WorkerContext, event: ChartEvent): WorkerContext {
  const { run, settled, worker, policy, decision } = context;
  if (run === null) return context;
  const { at, answer } = event.type === 'run.withdraw' ? event : { at: decision.at };
  const isHeld = run.failure?.outcome === 'held';
  const recorded =
    answer === undefined
      ? isHeld
        ? context
        : updatePeer(context, run.peer, at, (peer) => recordWithdrawal(peer, { ...policy, now: at }))
      : markPeer(context, answer);
  return {
    ...recorded,
    worker: withdrawSync(settled, { now: at, currentHead: answer?.head || worker.currentHead }),
    run: null,
    request: 'none',
    due: { rule: 'floor', peerUrl: '', jitterSeconds: 0 },
    endedAt: at,
  };
}

/** There is no enabled sync peer at all. */
export function goSolo(context: WorkerContext, random: number): WorkerContext {
  const { decision, policy } = context;
  const { intervalSeconds, spreadRatio } = policy;
  const worker = finishSoloSync(context.worker, { now: decision.at, intervalSeconds, spreadRatio, random });
  return settle(context, worker, decision.at, {
    rule: 'interval',
    peerUrl: '',
    jitterSeconds: jitterOf(worker.nextSyncDueAt, decision.at, intervalSeconds),
  });
}

interface BadEnd {
  readonly error: string;
  readonly local: boolean;
  readonly forkDetected: boolean;
  readonly random: number;
}

function endBadly(context: WorkerContext, at: number, end: BadEnd): WorkerContext {
  const { peers, worker } = context;
  const { error, local, forkDetected, random } = end;
  const { failureBackoffSeconds, failureBackoffCapSeconds: cap, jitterRatio } = context.policy;
  const failureBackoffCapSeconds = local ? Math.min(cap, MAX_LOCAL_FAULT_SECONDS) : cap;
  // Wait for the worker's own backoff or until the first peer may be asked, whichever is later. After a local fault, do not
  // wait for a peer here: its Retry-After is checked when the run is due.
  const first = local ? undefined : earliestPeer(peers, false);
  const retryAfterSeconds = first === undefined ? 0 : nextAskAt(first) - wholeSeconds(at);
  const ended = finishSync(worker, {
    ok: false,
    now: at,
    error,
    forkDetected,
    retryAfterSeconds,
    failureBackoffSeconds,
    failureBackoffCapSeconds,
    jitterRatio,
    random,
  });
  const backoff = failureBackoff({
    baseBackoffSeconds: failureBackoffSeconds,
    capSeconds: failureBackoffCapSeconds,
    consecutiveFailures: ended.consecutiveFailures,
  });
  const isPeers = first !== undefined && retryAfterSeconds > backoff;
  return settle(context, ended, at, {
    rule: local ? 'local fault' : isPeers ? ruleOf(first, at) : 'backoff',
    peerUrl: isPeers ? first.peerUrl : '',
    jitterSeconds: jitterOf(ended.nextSyncDueAt, at, Math.max(backoff, retryAfterSeconds)),
  });
}

function jitterOf(due: number, at: number, wait: number): number {
  return Math.max(0, due - addSeconds(wholeSeconds(at), wholeSeconds(wait)));
}

function settle(
  context: WorkerContext,
  worker: WorkerContext['worker'],
  at: number,
  due: DueReason,
): WorkerContext {
  return {
    ...context,
    worker,
    settled: worker,
    run: null,
    // The run has answered any request that came during it.
    request: 'none',
    stuckPeers: [],
    due,
    endedAt: at,
    notBefore: 0,
  };
}

function markPeer(context: WorkerContext, result: AttemptResult): WorkerContext {
  const { run, policy, worker } = context;
  if (run === null) return context;
  const { at: now } = result;
  const recorded = updatePeer(context, run.peer, now, (peer) => {
    switch (result.outcome) {
      case 'ok':
        return recordSyncSuccess(peer, { now, broughtNews: result.head !== worker.currentHead });
      case 'held':
        return recordHeld(peer, result.until);
      case 'fork':
        return recordSyncFailure(peer, { ...policy, error: result.error, now });
      default:
        return result.local ? peer : recordSyncFailure(peer, { ...policy, ...result, now });
    }
  });
  return { ...recorded, lastTriedPeer: run.peer.peerUrl };
}

function recordStuckPeer(
  context: WorkerContext,
  stuck: PeerRecord,
  now: number,
  error: string,
): WorkerContext {
  const { stuckPeers } = context;
  const { peerUrl } = stuck;
  return {
    ...updatePeer(context, stuck, now, (peer) =>
      recordSyncFailure(peer, { now, error, failureBackoffSeconds: 0 }),
    ),
    stuckPeers: [...stuckPeers.filter((url) => url !== peerUrl), peerUrl],
    lastTriedPeer: peerUrl,
  };
}

/** Updates one peer's record. A peer that was removed meanwhile comes back, disabled, if it now has a wait to remember. */
function updatePeer(
  context: WorkerContext,
  asked: PeerRecord,
  now: number,
  update: (peer: PeerRecord) => PeerRecord,
): WorkerContext {
  const { peers } = context;
  const isAsked = isSyncPeerAt(asked.peerUrl);
  const updated = peers.some(isAsked)
    ? peers.map((peer) => (isAsked(peer) ? update(peer) : peer))
    : [...peers, ...rememberRemoved([update(asked)], now)];
  return { ...context, peers: updated };
}

function syncPeer({ peers }: WorkerContext, peerUrl: string): PeerRecord | undefined {
  return peers.find(isSyncPeerAt(peerUrl));
}

/** A peer may be in several buckets; the worker marks only its record in the sync bucket. */
function isSyncPeerAt(peerUrl: string): (peer: PeerRecord) => boolean {
  return (peer) => peer.bucket === 'sync' && peer.peerUrl === peerUrl;
}
