import type { WorkerClock } from '../clock/worker-clock.ts';
import { durationText } from '../explain/time-text.ts';
import {
  type ChainStore,
  createInfonetSync,
  createMemoryChain,
  type InfonetSyncOptions,
} from '../infonet/index.ts';
import type { PeerRecord } from '../policy/peer-record.ts';
import type { SyncPolicy, SyncPolicyOptions } from '../policy/sync-policy.ts';
import type { WorkerContext } from '../schedule/worker-context.ts';
import type { SyncStorage } from '../storage/storage.ts';
import { createSyncWorker } from '../worker/create-sync-worker.ts';
import type { SyncWorkerNotification } from '../worker/notifications.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import type { LineOutput } from './line-output.ts';
import { createNarrator, type Narrator } from './narrator.ts';

/** Time and chance, from outside. */
export interface DemoPorts {
  readonly clock: WorkerClock;
  readonly random: () => number;
}

export interface WatchedWorkerOptions {
  readonly ports: DemoPorts;
  readonly output: LineOutput;
  readonly peers?: readonly PeerRecord[];
  readonly policy?: SyncPolicyOptions;
  readonly storage?: SyncStorage;
  /** @default those of `createInfonetSync` */
  readonly transport?: Pick<InfonetSyncOptions, 'allowClearnet' | 'requestTimeoutMs'>;
  /** Labels of the peers, by URL; '' for a peer without one. */
  readonly labels: ReadonlyMap<string, string>;
  /** Called with each event, after it was shown. */
  readonly onEvent?: (event: SyncWorkerNotification) => void;
}

export interface WatchedWorker {
  readonly sync: SyncWorker;
  readonly chain: ChainStore;
  readonly narrator: Narrator;
  /** Rejects if the worker breaks; never resolves. */
  readonly broken: Promise<never>;
  /** Draws the countdown. */
  tick(): void;
  /** Aborts the attempt under way. */
  stop(): Promise<void>;
}

/** A worker and what was started for it. */
export interface Session {
  readonly worker: WatchedWorker;
  /** Aborts the attempt under way and frees all that was started. */
  stop(): Promise<void>;
}

/** Starts a real worker that pulls a real chain, verified and kept in memory, and shows what it does. */
export async function startWatchedWorker(options: WatchedWorkerOptions): Promise<WatchedWorker> {
  const { ports, output, transport, onEvent, labels, peers, policy = {}, storage } = options;
  const chain = createMemoryChain();
  const sync = createSyncWorker({
    ...ports,
    sync: createInfonetSync({ ...transport, chain }),
    policy,
    ...(peers && { peers }),
    ...(storage && { storage }),
  });
  const now = (): number => ports.clock.now() / 1000;
  const narrator = createNarrator({ output, now, events: chain.count, labels });
  const context = (): WorkerContext => {
    const { snapshot } = sync;
    if (snapshot === undefined) throw new Error('the worker has not started');
    return snapshot.context;
  };
  const broken = new Promise<never>((_, reject) => {
    sync.on('fault', ({ error }) => reject(error));
  });
  sync.on('*', (event) => {
    narrator.show(event, context());
    onEvent?.(event);
  });
  await sync.start();
  narrator.begin(context());
  return {
    sync,
    chain,
    narrator,
    broken,
    tick: () => narrator.countDown(context()),
    stop: async () => {
      await sync.stop();
      output.clear();
    },
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
