import type { VirtualClock } from '../../clock/virtual-clock.ts';
import type { WorkerClock } from '../../clock/worker-clock.ts';
import { createMemoryStorage } from '../../storage/memory-storage.ts';
import type { Contender } from '../contenders/contender.ts';
import type { Restart, Scenario } from '../scenario/scenario.ts';
import { BEGINNING_MS, type Network } from './network.ts';
import { seededRandom, within } from './seeded-random.ts';

export interface PopulationOptions {
  readonly scenario: Scenario;
  readonly contender: Contender;
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly seed: number;
  readonly random: () => number;
  readonly fail: (error: unknown) => void;
}

/** Schedules the starts and restarts of all workers: the same for every contender of a seed. */
export function populate(options: PopulationOptions): void {
  const { scenario, contender, clock, network, seed, random, fail } = options;
  const starts = seededRandom(seed, 'starts');
  const orders = seededRandom(seed, 'orders');
  const clocks = clockPicker(scenario, clock, seededRandom(seed, 'clocks'));
  const restarts = seededRandom(seed, 'restarts');
  for (let index = 0; index < scenario.workers; index += 1) {
    const workerClock = clocks();
    const asker = { index, wallNow: () => workerClock.now() };
    const lasting = {
      index,
      peers: shuffled(network.urls, orders).slice(0, scenario.peersEach),
      policy: scenario.policy,
      storage: createMemoryStorage(),
      clock: workerClock,
      random,
      fail,
    };
    /** Undefined while the worker is down, so that it never runs twice at a time. */
    let stop: (() => Promise<void>) | undefined;
    const start = (): void => {
      let isStopped = false;
      const life = contender.start({
        ...lasting,
        // A stopped worker asks no peer, even if some of its code still runs.
        ask: (peerUrl, signal) => (isStopped ? never() : network.ask(asker, peerUrl, signal)),
      });
      stop = async () => {
        await life.stop();
        isStopped = true;
      };
    };
    const restart = async (downMs: number): Promise<void> => {
      const end = stop;
      if (end === undefined) return;
      stop = undefined;
      await end();
      clock.setTimeout(start, downMs);
    };
    clock.setTimeout(start, Math.round(starts() * scenario.startWithinSeconds * 1000));
    for (const { atMs, downMs } of restartsOf(scenario.restarts, restarts)) {
      clock.setTimeout(() => void restart(downMs).catch(fail), atMs);
    }
  }
}

function restartsOf(
  restarts: readonly Restart[],
  random: () => number,
): readonly { readonly atMs: number; readonly downMs: number }[] {
  return restarts.flatMap(({ atMinute, withinSeconds, downSeconds, share }) => {
    const isRestarted = random() < share;
    const atMs = Math.round(atMinute * 60_000 + random() * withinSeconds * 1000);
    const downMs = Math.round(within(downSeconds, random) * 1000);
    return isRestarted ? [{ atMs, downMs }] : [];
  });
}

/** A clock for each worker. Workers with the same clock fault share one clock, and so one chart. */
function clockPicker({ clocks }: Scenario, clock: VirtualClock, random: () => number): () => WorkerClock {
  const { setTimeout, clearTimeout } = clock;
  const clockWith = (aheadMs: (now: number) => number): WorkerClock => ({
    now: () => BEGINNING_MS + clock.now() + aheadMs(clock.now()),
    monotonic: clock.now,
    setTimeout,
    clearTimeout,
  });
  const right = clockWith(() => 0);
  const wrong = clocks.map(({ share, offsetSeconds, setAtMinute, setBySeconds }) => ({
    share,
    clock: clockWith((now) => (offsetSeconds + (now >= setAtMinute * 60_000 ? setBySeconds : 0)) * 1000),
  }));
  return () => {
    let draw = random();
    for (const one of wrong) {
      if (draw < one.share) return one.clock;
      draw -= one.share;
    }
    return right;
  };
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const drawn = [...values];
  for (let place = drawn.length - 1; place > 0; place -= 1) {
    const other = Math.floor(random() * (place + 1));
    [drawn[place], drawn[other]] = [drawn[other] as T, drawn[place] as T];
  }
  return drawn;
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
