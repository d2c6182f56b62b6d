import { setImmediate } from 'node:timers/promises';
import { createVirtualClock } from '../../clock/virtual-clock.ts';
import type { Contender } from '../contenders/contender.ts';
import { createMeter, type Meter } from '../figures/meter.ts';
import { eachPeer, recoveryStart, type Scenario } from '../scenario/scenario.ts';
import { createNetwork } from './network.ts';
import { populate } from './population.ts';
import { seededRandom } from './seeded-random.ts';
import { realTime, settled, withVirtualGlobals } from './virtual-globals.ts';

/** How long the simulation blocks the event loop at a time. */
const TURN_MS = 20;

export interface RunOptions {
  readonly scenario: Scenario;
  readonly contender: Contender;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  /** Called now and then with the completed share, 0 to 1. */
  readonly onProgress: (done: number) => void;
}

/** Runs one contender through a scenario, on a new virtual clock. @throws the signal's reason, or the error of the contender */
export async function runContender(options: RunOptions): Promise<ReturnType<Meter['finish']>> {
  const { scenario, contender, seed, signal, onProgress } = options;
  const clock = createVirtualClock();
  const end = scenario.hours * 3_600_000;
  const groups = eachPeer(scenario);
  const meter = createMeter({
    workers: scenario.workers,
    peers: groups.length,
    seconds: end / 1000,
    recoveryFrom: recoveryStart(scenario),
  });
  const failures: unknown[] = [];
  const network = createNetwork({ groups, clock, meter, seed });
  const random = seededRandom(seed, 'policies');
  populate({ scenario, contender, clock, network, seed, random, fail: (error) => failures.push(error) });

  const globals = { ...clock, now: network.wallNow, random };
  /** Runs timers for `TURN_MS`. @returns whether the scenario is over */
  const turn = async (): Promise<boolean> => {
    const until = realTime() + TURN_MS;
    do {
      if ((clock.nextDeadline() ?? Number.POSITIVE_INFINITY) > end) return true;
      clock.runNext();
      await settled();
      if (failures.length > 0) throw failures[0];
    } while (realTime() < until);
    return false;
  };
  for (let isOver = false; !isOver; ) {
    // Let the rest of the program run.
    await setImmediate();
    signal?.throwIfAborted();
    isOver = await withVirtualGlobals(globals, turn);
    onProgress(isOver ? 1 : clock.now() / end);
  }
  return meter.finish();
}
