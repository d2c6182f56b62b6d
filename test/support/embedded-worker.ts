import { setImmediate } from 'node:timers/promises';
import {
  createSyncWorker,
  createVirtualClock,
  type SyncWorker,
  type SyncWorkerOptions,
  type VirtualClock,
} from '../../src/index.ts';

/** A worker as a program embeds it, on virtual time that begins at second 1,800,000,000. */
export interface Embedded {
  readonly worker: SyncWorker;
  readonly clock: VirtualClock;
  /** Lets milliseconds pass, deadline by deadline, with everything that follows from each. */
  pass(ms: number): Promise<void>;
  /** Stops the worker, and lets the grace pass that a sync function has which ignores its signal. */
  stop(): Promise<void>;
}

export const BEGIN = 1_800_000_000;

export function embed(options: Omit<SyncWorkerOptions, 'clock'>): Embedded {
  const clock = createVirtualClock(BEGIN * 1000);
  const worker = createSyncWorker({ ...options, clock });
  const pass = async (ms: number): Promise<void> => {
    const end = clock.now() + ms;
    await setImmediate();
    while ((clock.nextDeadline() ?? Number.POSITIVE_INFINITY) <= end) {
      clock.runNext();
      await setImmediate();
    }
    clock.advanceTo(end);
    await setImmediate();
  };
  return {
    worker,
    clock,
    pass,
    stop: async () => {
      const stopped = worker.stop();
      await pass(5000);
      await stopped;
    },
  };
}
