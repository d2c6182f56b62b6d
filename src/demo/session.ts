import type { WorkerClock } from '../clock/worker-clock.ts';
import { durationText } from '../explain/time-text.ts';
import { type ChainStore, createInfonetSync, createMemoryChain } from '../infonet/index.ts';
import type { FaultSource } from '../inspect/inspection.ts';
import type { PeerRecord } from '../policy/peer-record.ts';
import { defaultPolicy, type SyncPolicy } from '../policy/sync-policy.ts';
import { createSyncWorker } from '../worker/create-sync-worker.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';

/** Time and chance, from outside. */
export interface DemoPorts {
  readonly clock: WorkerClock;
  readonly random: () => number;
}

/** A real worker that pulls a real chain, verified and kept in memory, and all that was made for it. */
export interface Session {
  readonly worker: SyncWorker;
  readonly chain: ChainStore;
  readonly introduction: readonly string[];
  /** For a viewer who wants to break and mend the peers, where those are ours. */
  readonly faults?: FaultSource;
  /** Begins; what happens around the worker is noted. */
  begin(note: (text: string) => void): Promise<void>;
  /** Aborts the attempt under way and frees all that was started. */
  stop(): Promise<void>;
}

/** Real peers, by the default policy. */
export function realPeers(ports: DemoPorts, peers: readonly PeerRecord[]): Session {
  const chain = createMemoryChain();
  // The operator named these peers in so many words.
  const sync = createInfonetSync({ chain, allowClearnet: true });
  const worker = createSyncWorker({ ...ports, sync, peers });
  return {
    worker,
    chain,
    introduction: [
      'infonet-sync-worker, pulling from real peers. Ctrl-C stops it.',
      `  policy  ${policyText(defaultPolicy)}`,
      '  events  each one verified; kept in memory, from genesis on',
      '',
    ],
    begin: () => worker.start(),
    stop: () => worker.stop(),
  };
}

/** A policy in one line. */
export function policyText(policy: SyncPolicy): string {
  const { intervalSeconds, failureBackoffSeconds, failureBackoffCapSeconds, stuckAfterSeconds } = policy;
  return [
    `a run every ${durationText(intervalSeconds)}`,
    `after failures ${durationText(failureBackoffSeconds)} doubling to ${durationText(failureBackoffCapSeconds)}`,
    `stuck after ${durationText(stuckAfterSeconds)}`,
  ].join(', ');
}
