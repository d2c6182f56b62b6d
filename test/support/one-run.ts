import { setImmediate } from 'node:timers/promises';
import {
  createVirtualClock,
  type OneRun,
  type RunOnceOptions,
  runOnce,
  type VirtualClock,
} from '../../src/index.ts';
import { BEGIN } from './embedded-worker.ts';

/** One call on virtual time, which passes deadline by deadline until it is over. */
export async function once<Details>(
  options: RunOnceOptions<Details>,
  clock: VirtualClock = createVirtualClock(BEGIN * 1000),
): Promise<OneRun<Details>> {
  const settled = Promise.allSettled([runOnce({ random: () => 0, ...options, clock })]);
  let isOver = false;
  void settled.then(() => {
    isOver = true;
  });
  for (await setImmediate(); !isOver; await setImmediate()) clock.runNext();
  const [run] = await settled;
  if (run.status === 'rejected') throw run.reason;
  return run.value;
}
