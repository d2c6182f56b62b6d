import { createPeerRecord, type PeerRecord } from '../../src/policy/peer-record.ts';
import { eligibleSyncPeers } from '../../src/policy/peer-selection.ts';
import { recordSyncFailure, recordSyncSuccess } from '../../src/policy/peer-updates.ts';
import { resolvePolicy } from '../../src/policy/sync-policy.ts';
import { beginSync, finishSync } from '../../src/policy/sync-run.ts';
import { initialSyncState, type SyncWorkerState } from '../../src/policy/sync-worker-state.ts';
import { INTERVAL_SECONDS, PEER_URL } from './contender.ts';

/** What a worker without a chart keeps: the policy's folds are the same, and they are all it has. */
export interface Kept {
  readonly worker: SyncWorkerState;
  readonly peer: PeerRecord;
}

const policy = resolvePolicy({ intervalSeconds: INTERVAL_SECONDS });

export function firstKept(): Kept {
  return { worker: initialSyncState(), peer: createPeerRecord(PEER_URL) };
}

export function begin({ worker, peer }: Kept, now: number): Kept {
  const next = eligibleSyncPeers([peer], { now })[0];
  return next === undefined
    ? { worker, peer }
    : { worker: beginSync(worker, { now, peerUrl: next.peerUrl }), peer };
}

export function finishWell({ worker, peer }: Kept, head: string, now: number): Kept {
  return {
    worker: finishSync(worker, { ...policy, now, ok: true, peerUrl: peer.peerUrl, currentHead: head }),
    peer: recordSyncSuccess(peer, { now }),
  };
}

export function finishBadly({ worker, peer }: Kept, error: string, now: number): Kept {
  return {
    worker: finishSync(worker, { ...policy, now, ok: false, peerUrl: peer.peerUrl, error }),
    peer: recordSyncFailure(peer, { ...policy, now, error }),
  };
}

export function untilDue({ worker }: Kept, now: number): number {
  return Math.max(0, worker.nextSyncDueAt - now) * 1000;
}
