import { setImmediate } from 'node:timers/promises';
import { createVirtualClock } from '../../src/clock/virtual-clock.ts';
import { startBareMachine } from './bare-machine.ts';
import type { StartContender } from './contender.ts';
import { startFlatMachine } from './flat-machine.ts';
import { startHandWrittenLoop } from './hand-written-loop.ts';
import { median } from './median.ts';
import { startOurActor } from './our-actor.ts';
import { startRobotMachine } from './robot-machine.ts';

const WARM_UP_CYCLES = 5000;
const BATCHES = 5;
/** Long enough for its share of garbage collection. */
const BATCH_CYCLES = 1500;

/** Enough for the result of every contender to arrive; the same for all, so that it favours none. */
const AWAITS_PER_CYCLE = 12;

/**
 * AbortSignals survive collection until the turn of the event loop that made them ends. With all cycles in one turn, as no program
 * has them, a quarter of what was measured was the copying of dead ones.
 */
export const CYCLES_PER_TURN = 50;

export type ContenderName = 'ours' | 'bare' | 'flat' | 'loop' | 'robot3';

export const contenderNames: readonly ContenderName[] = ['ours', 'bare', 'flat', 'loop', 'robot3'];

const contenders: Readonly<Record<ContenderName, StartContender>> = {
  ours: startOurActor,
  bare: startBareMachine,
  flat: startFlatMachine,
  loop: startHandWrittenLoop,
  robot3: startRobotMachine,
};

/** Microseconds of one cycle: the median of batches, for a batch that another program disturbed says nothing. */
export async function measureCycle(name: ContenderName): Promise<number> {
  const clock = createVirtualClock(1_700_000_000_000);
  let asked = 0;
  const sync = async (): Promise<{ readonly head: string }> => {
    asked += 1;
    return { head: 'head' };
  };
  const { isWaiting } = contenders[name]({ clock, sync });

  const batch = async (cycles: number): Promise<number> => {
    const before = asked;
    const start = process.hrtime.bigint();
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      clock.runNext();
      for (let count = 0; count < AWAITS_PER_CYCLE; count += 1) await undefined;
      if (cycle % CYCLES_PER_TURN === 0) await setImmediate();
    }
    const microseconds = Number(process.hrtime.bigint() - start) / 1000;
    if (asked - before !== cycles || !isWaiting()) {
      throw new Error(`${name} asked ${asked - before} times in ${cycles} steps; a step is no cycle`);
    }
    return microseconds / cycles;
  };
  await batch(WARM_UP_CYCLES);
  const batches: number[] = [];
  while (batches.length < BATCHES) batches.push(await batch(BATCH_CYCLES));
  return median(batches);
}
