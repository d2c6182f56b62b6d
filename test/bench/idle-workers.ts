import { setImmediate } from 'node:timers/promises';
import { type AnyStateMachine, createActor } from 'xstate';
import { createVirtualClock } from '../../src/clock/virtual-clock.ts';
import { createSyncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';
import { createBareMachine } from './bare-machine.ts';

export type IdleWorker = 'ours' | 'bare';

export interface IdleFigures {
  /** Microseconds to create and start one. */
  readonly start: number;
  /** Bytes of heap one takes while it waits for its first run. */
  readonly heap: number;
  /** The same while it waits for its second run: what a run leaves behind counts too. */
  readonly heapAfterRun: number;
}

/** Many workers that share one machine and one clock, each with a peer of its own, all of them waiting. */
export async function measureIdleWorkers(worker: IdleWorker, count: number): Promise<IdleFigures> {
  const clock = createVirtualClock(1_700_000_000_000);
  const sync = async (): Promise<{ readonly head: string }> => ({ head: 'head' });
  const machine: AnyStateMachine =
    worker === 'ours'
      ? createSyncWorkerMachine({ sync, now: () => clock.now() / 1000, random: () => 0 })
      : createBareMachine(sync);
  const actors: unknown[] = new Array(count).fill(undefined);

  const before = heapUsed();
  const began = process.hrtime.bigint();
  for (let index = 0; index < count; index += 1) {
    const input = { peers: [`https://peer-${index}.example`] };
    actors[index] = createActor(machine, { clock, input }).start();
  }
  const start = Number(process.hrtime.bigint() - began) / 1000 / count;
  const heap = (heapUsed() - before) / count;

  for (let index = 0; index < count; index += 1) {
    clock.runNext();
    if (index % 100 === 99) await setImmediate();
  }
  const heapAfterRun = (heapUsed() - before) / count;

  if (clock.size !== count || actors.length !== count) {
    throw new Error(`${clock.size} timers for ${count} workers; each waiting worker has just one`);
  }
  return { start, heap, heapAfterRun };
}

function heapUsed(): number {
  if (globalThis.gc === undefined) throw new Error('the heap can only be measured under --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
