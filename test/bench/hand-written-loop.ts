import type { VirtualClock } from '../../src/clock/virtual-clock.ts';
import { type BenchWorld, type Contender, STUCK_LOOK_SECONDS } from './contender.ts';
import { begin, finishBadly, finishWell, firstKept, type Kept, untilDue } from './hand-written-policy.ts';

/** The loop one writes by hand: wait, begin, ask with an abort and a stuck timer, note the result. */
export function startHandWrittenLoop(world: BenchWorld): Contender {
  let kept = firstKept();
  const run = async (): Promise<never> => {
    for (;;) {
      await sleep(world.clock, untilDue(kept, now(world.clock)));
      kept = begin(kept, now(world.clock));
      kept = await attempt(world, kept);
    }
  };
  run();
  return { isWaiting: () => kept.worker.lastOutcome === 'ok' };
}

async function attempt({ clock, sync }: BenchWorld, kept: Kept): Promise<Kept> {
  const controller = new AbortController();
  const stuck = clock.setTimeout(() => controller.abort(), STUCK_LOOK_SECONDS * 1000);
  try {
    const { head } = await sync();
    controller.signal.throwIfAborted();
    return finishWell(kept, head, now(clock));
  } catch (error) {
    return finishBadly(kept, String(error), now(clock));
  } finally {
    clock.clearTimeout(stuck);
  }
}

function sleep(clock: VirtualClock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, milliseconds);
  });
}

function now(clock: VirtualClock): number {
  return clock.now() / 1000;
}
