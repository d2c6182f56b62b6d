/**
 * What each step of the worker makes of its context: pure, and all of it folds of the policy's functions. The chart
 * says when a step is taken; nothing but these functions writes `context.worker`.
 */

import type { PeerRecord } from '../policy/peer-record.ts';
import { keepUntilRetryAfter, recordSyncFailure, recordSyncSuccess } from '../policy/peer-updates.ts';
import { wholeSeconds } from '../policy/seconds.ts';
import { beginSync, finishSoloSync, finishSync } from '../policy/sync-run.ts';
import type { AttemptResult } from './attempt.ts';
import { earliestAskAt, firstPeer, followingPeer } from './next-peer.ts';
import { inSyncBucket, type Run, type WorkerContext } from './worker-context.ts';

/** A run begins with the best peer that may be asked. */
export function beginRun(context: WorkerContext, now: number): Partial<WorkerContext> {
  const peer = firstPeer(context, now);
  if (peer === undefined) return {};
  return {
    worker: beginSync(context.worker, { peerUrl: peer.peerUrl, now }),
    run: { peer, asked: [peer.peerUrl], head: '', forced: context.request === 'forced' },
    request: 'none',
    lasted: 0,
  };
}

/** The attempt failed and another peer may be asked: the failure is noted and the run goes on. */
export function failOver(context: WorkerContext, result: AttemptResult, now: number): WorkerContext {
  const marked = { ...context, ...noteResult(context, result, now) };
  const peer = followingPeer(marked, now);
  if (peer === undefined || marked.run === null) return marked;
  const { run } = marked;
  const head = headOf(result) || run.head;
  return { ...marked, run: { ...run, peer, head, asked: [...run.asked, peer.peerUrl] } };
}

/** The run ends as its last attempt did. */
export function endRun(
  context: WorkerContext,
  result: AttemptResult,
  now: number,
  random: number,
): Partial<WorkerContext> {
  const { policy, run, request } = context;
  const { peers, lastAsked } = noteResult(context, result, now);
  return {
    peers,
    lastAsked,
    worker: finishSync(context.worker, {
      intervalSeconds: policy.intervalSeconds,
      failureBackoffSeconds: policy.failureBackoffSeconds,
      failureBackoffCapSeconds: policy.failureBackoffCapSeconds,
      jitterRatio: policy.jitterRatio,
      now,
      random,
      ok: result.outcome === 'ok',
      peerUrl: run?.peer.peerUrl ?? '',
      // A run that failed in the end may have come some way.
      currentHead: headOf(result) || (run?.head ?? ''),
      error: result.outcome === 'ok' ? '' : result.error,
      forkDetected: result.outcome === 'fork',
      // The later of the worker's own backoff and the first moment any peer may be asked: with one peer just that
      // peer's Retry-After.
      retryAfterSeconds: (earliestAskAt({ peers, request }) ?? 0) - wholeSeconds(now),
    }),
    run: null,
    stalled: [],
    endedAt: now,
  };
}

/** The run is stuck: its peer is marked, without a cooldown, and no failure of the worker is counted. */
export function abandonRun(context: WorkerContext, now: number): WorkerContext {
  const { run, policy, stalled } = context;
  if (run === null) return context;
  const { peerUrl } = run.peer;
  const error = `stuck: no result within ${policy.stuckAfterSeconds} s`;
  return {
    ...context,
    peers: markPeer(context, run, now, (peer) =>
      recordSyncFailure(peer, { now, error, failureBackoffSeconds: 0 }),
    ),
    run: null,
    stalled: [...stalled.filter((url) => url !== peerUrl), peerUrl],
    lastAsked: peerUrl,
  };
}

/** There is no enabled sync peer at all. */
export function goSolo(context: WorkerContext, now: number): WorkerContext {
  const { intervalSeconds } = context.policy;
  return {
    ...context,
    worker: finishSoloSync(context.worker, { now, intervalSeconds }),
    run: null,
    request: 'none',
    stalled: [],
    endedAt: now,
  };
}

/** The timer of the run has ended: so much longer it has lasted. */
export function countLook(context: WorkerContext): WorkerContext {
  return { ...context, lasted: context.lasted + context.look };
}

function headOf(result: AttemptResult): string {
  return result.outcome === 'fork' ? '' : (result.head ?? '');
}

function noteResult(
  context: WorkerContext,
  result: AttemptResult,
  now: number,
): Pick<WorkerContext, 'peers' | 'lastAsked'> {
  const { run, policy } = context;
  if (run === null) return context;
  const mark = (peer: PeerRecord): PeerRecord =>
    result.outcome === 'ok'
      ? recordSyncSuccess(peer, { now })
      : recordSyncFailure(peer, { ...policy, ...result, now });
  return { peers: markPeer(context, run, now, mark), lastAsked: run.peer.peerUrl };
}

/** Marks the peer of the run. One that was removed meanwhile comes back, disabled, if it now has a Retry-After. */
function markPeer(
  { peers }: WorkerContext,
  { peer: asked }: Run,
  now: number,
  mark: (peer: PeerRecord) => PeerRecord,
): readonly PeerRecord[] {
  const isAsked = (peer: PeerRecord): boolean => inSyncBucket(peer) && peer.peerUrl === asked.peerUrl;
  if (peers.some(isAsked)) return peers.map((peer) => (isAsked(peer) ? mark(peer) : peer));
  return [...peers, ...keepUntilRetryAfter([mark(asked)], now)];
}
