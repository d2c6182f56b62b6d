import { setImmediate } from 'node:timers/promises';
import { createActor } from 'xstate';
import { createVirtualClock } from '../../src/clock/virtual-clock.ts';
import { createWallClock } from '../../src/clock/wall-clock.ts';
import { createSyncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';
import { PEER_URL } from './contender.ts';
import { CYCLES_PER_TURN } from './cycle.ts';
import { median } from './median.ts';

const WARM_UP_HOURS = 400;
const BATCHES = 7;
const BATCH_HOURS = 100;
const HOUR_MS = 3_600_000;

/** Microseconds of an hour of a worker's life by the default policy: 12 runs, and the checks of the clock between them. */
export async function measureHour(): Promise<number> {
  const clock = createVirtualClock(1_700_000_000_000);
  let asked = 0;
  const sync = async (): Promise<{ readonly head: string }> => {
    asked += 1;
    return { head: 'head' };
  };
  const machine = createSyncWorkerMachine({ sync, now: () => clock.now() / 1000, random: () => 0 });
  createActor(machine, { clock: createWallClock(clock), input: { peers: [PEER_URL] } }).start();

  const batch = async (hours: number): Promise<number> => {
    const before = asked;
    const end = clock.now() + hours * HOUR_MS;
    const start = process.hrtime.bigint();
    for (let step = 0; (clock.nextDeadline() ?? end) < end; step += 1) {
      clock.runNext();
      for (let count = 0; count < 12; count += 1) await undefined;
      if (step % CYCLES_PER_TURN === 0) await setImmediate();
    }
    clock.advanceTo(end);
    const microseconds = Number(process.hrtime.bigint() - start) / 1000;
    if (Math.abs(asked - before - 12 * hours) > 1)
      throw new Error(`${asked - before} runs in ${hours} hours`);
    return microseconds / hours;
  };
  await batch(WARM_UP_HOURS);
  const batches: number[] = [];
  while (batches.length < BATCHES) batches.push(await batch(BATCH_HOURS));
  return median(batches);
}

export interface IdleHour {
  /** Milliseconds of processor time of an hour in which no worker is due. */
  readonly milliseconds: number;
  /** How often a chart took a step meanwhile. */
  readonly steps: number;
}

/** An hour of many workers that all wait: one check of the clock a minute serves them all, and no chart takes a step. */
export async function measureIdleHour(workers: number): Promise<IdleHour> {
  const clock = createVirtualClock(1_700_000_000_000);
  const now = (): number => clock.now() / 1000;
  const machine = createSyncWorkerMachine({ sync: async () => ({ head: 'head' }), now, random: () => 0 });
  const wall = createWallClock(clock);
  let steps = 0;
  const policy = { intervalSeconds: 86_400 };
  for (let index = 0; index < workers; index += 1) {
    const peers = [`https://peer-${index}.example`];
    const actor = createActor(machine, { clock: wall, input: { peers, policy } });
    actor.start();
    actor.subscribe(() => {
      steps += 1;
    });
    if (index % 100 === 99) await setImmediate();
  }
  clock.advanceTo(clock.now() + 60_000);
  await setImmediate();
  await setImmediate();
  steps = 0;
  const before = process.cpuUsage();
  const end = clock.now() + HOUR_MS;
  while ((clock.nextDeadline() ?? end) < end) {
    clock.runNext();
    await undefined;
  }
  const { user, system } = process.cpuUsage(before);
  return { milliseconds: (user + system) / 1000, steps };
}
