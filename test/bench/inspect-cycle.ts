import type { ChildProcess } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { createVirtualClock } from '../../src/clock/virtual-clock.ts';
import type { SyncWorker } from '../../src/index.ts';
import type { Inspection } from '../../src/inspect/index.ts';
import { INTERVAL_SECONDS, PEER_URL } from './contender.ts';
import { startViewer } from './inspect-viewer.ts';
import { median } from './median.ts';

/** Who watches: nobody, with or without an inspection; one viewer of the page, or of a Stately path. */
export type Watching = 'nothing' | 'inspection' | 'page' | 'stately' | 'classic';

export const watchings: readonly Watching[] = ['nothing', 'inspection', 'page', 'stately', 'classic'];

const WARM_UP_CYCLES = 2000;
const BATCHES = 5;
const BATCH_CYCLES = 800;
/** Enough for an attempt to be saved, made and told. */
const AWAITS_PER_CYCLE = 20;
/** The server must have its turn too: that is where a viewer is sent something. */
const CYCLES_A_TURN = 10;

/** The built package: the page is made when it is built. */
const built = <Module>(name: string): Promise<Module> =>
  import(new URL(`../${name}.js`, import.meta.url).href);

/** Microseconds of processor time of one cycle of an embedded worker (due, running, result, waiting), watched this way. */
export async function measureInspectedCycle(watching: Watching): Promise<number> {
  const clock = createVirtualClock(1_700_000_000_000);
  let asked = 0;
  const { createSyncWorker } = await built<typeof import('../../src/index.ts')>('index');
  const worker = createSyncWorker({
    peers: [PEER_URL],
    policy: { intervalSeconds: INTERVAL_SECONDS },
    clock,
    sync: async () => {
      asked += 1;
      return { head: 'head' };
    },
  });
  await worker.start();
  const inspection = await inspected(worker, watching);
  const viewer = inspection === undefined ? undefined : await watched(inspection, watching);

  const batch = async (cycles: number): Promise<number> => {
    const before = asked;
    const start = process.cpuUsage();
    // A timer may be the clock's own check.
    for (let cycle = 0; asked - before < cycles; cycle += 1) {
      clock.runNext();
      for (let count = 0; count < AWAITS_PER_CYCLE; count += 1) await undefined;
      if (cycle % CYCLES_A_TURN === 0) await setImmediate();
    }
    const { user, system } = process.cpuUsage(start);
    return (user + system) / cycles;
  };
  await batch(WARM_UP_CYCLES);
  const batches: number[] = [];
  while (batches.length < BATCHES) batches.push(await batch(BATCH_CYCLES));
  viewer?.kill();
  await inspection?.close();
  await worker.stop();
  return median(batches);
}

async function inspected(worker: SyncWorker, watching: Watching): Promise<Inspection | undefined> {
  if (watching === 'nothing') return undefined;
  const { inspectWorker } = await built<typeof import('../../src/inspect/index.ts')>('inspect');
  if (watching === 'stately') {
    const { statelyInspector } =
      await built<typeof import('../../src/inspect/stately/index.ts')>('inspect-stately');
    return inspectWorker(worker, { parts: [statelyInspector()] });
  }
  if (watching !== 'classic') return inspectWorker(worker);
  const { classicInspector } =
    await built<typeof import('../../src/inspect/classic/index.ts')>('inspect-classic');
  return inspectWorker(worker, { parts: [classicInspector()] });
}

async function watched({ url }: Inspection, watching: Watching): Promise<ChildProcess | undefined> {
  if (watching === 'page') return startViewer(`${url}feed`);
  if (watching === 'inspection') return undefined;
  return startViewer(`${url.replace('http:', 'ws:')}${watching}`);
}
