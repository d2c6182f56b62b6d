import { type ActorOptions, createActor } from 'xstate';
import type { SyncWorkerActor, SyncWorkerMachine } from '../../machines/sync-worker.contract.ts';
import { createSyncWorkerMachine } from '../../machines/sync-worker.machine.ts';
import { createInfonetSync, createMemoryChain, type InfonetSyncOptions } from '../infonet/index.ts';
import type { WorkerInput } from '../scheduling/worker-context.ts';
import type { SyncWorkerEmitted } from '../scheduling/worker-events.ts';
import type { LineOutput } from './line-output.ts';
import { createNarrator, type Narrator } from './narrator.ts';

/** Time and chance, from outside. */
export interface DemoPorts {
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
  readonly random: () => number;
  readonly setTimeout: (callback: () => void, milliseconds: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
}

export interface WatchedWorkerOptions {
  readonly ports: DemoPorts;
  readonly output: LineOutput;
  readonly input: WorkerInput;
  /** @default those of `createInfonetSync` */
  readonly transport?: Pick<InfonetSyncOptions, 'allowClearnet' | 'requestTimeoutMs'>;
  /** Labels of the peers, by URL; '' for a peer without one. */
  readonly labels: ReadonlyMap<string, string>;
  /** Told what the worker told, after it was narrated. */
  readonly onTold?: (event: SyncWorkerEmitted) => void;
}

export interface WatchedWorker {
  readonly actor: SyncWorkerActor;
  readonly narrator: Narrator;
  /** Rejects if the worker breaks; never resolves. */
  readonly broken: Promise<never>;
  /** Draws the countdown. */
  tick(): void;
  /** Aborts the attempt under way. */
  stop(): void;
}

/** A worker and what was started for it. */
export interface Session {
  readonly worker: WatchedWorker;
  /** Aborts the attempt under way and frees all that was started. */
  stop(): Promise<void>;
}

/** Starts a real worker that pulls a real chain, verified and kept in memory, and tells what it does. */
export function startWatchedWorker(options: WatchedWorkerOptions): WatchedWorker {
  const { ports, output, input, transport, onTold, labels } = options;
  const chain = createMemoryChain();
  const sync = createInfonetSync({ ...transport, chain });
  const machine = createSyncWorkerMachine({ sync, now: ports.now, random: ports.random });
  const clock: NonNullable<ActorOptions<SyncWorkerMachine>['clock']> = ports;
  const actor = createActor(machine, { input, clock });
  const narrator = createNarrator({ output, now: ports.now, events: chain.count, labels });
  const broken = new Promise<never>((_, reject) => {
    actor.subscribe({ error: reject });
  });
  actor.on('*', (event) => {
    narrator.tell(event, actor.getSnapshot().context);
    onTold?.(event);
  });
  narrator.begin(actor.getSnapshot().context);
  actor.start();
  return {
    actor,
    narrator,
    broken,
    tick: () => narrator.countDown(actor.getSnapshot().context),
    stop: () => {
      actor.stop();
      output.clear();
    },
  };
}
