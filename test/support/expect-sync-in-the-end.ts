import { expect } from 'vitest';
import { CLOCK_CHECK_SECONDS, isSyncPeer, MIN_RUN_GAP_SECONDS } from '../../src/core.ts';
import type { World } from './worker-world.ts';

/** Longer waits are not lived through: the wall clock is set to their end. */
const LONGEST_PASSAGE_SECONDS = 600;

/** The last second of a `Date`. A wait beyond it, say by a jitter of 1e300, is one for ever. */
const END_OF_TIME = 8.64e12;

const LATE_SECONDS = CLOCK_CHECK_SECONDS + 2 * MIN_RUN_GAP_SECONDS;

/**
 * From now on every peer answers: the worker must sync no later than a look after its next run is owed, or be solo if
 * there is nobody to sync with. An attempt under way ends as it would have; the run after it is the one meant then.
 */
export async function expectSyncInTheEnd(world: World): Promise<void> {
  world.scripted.answerFromNowOn();
  const told = world.events.length;
  const turns = world.scripted.live() + 1;
  for (let turn = 0; turn < turns && !hasSynced(world, told); turn += 1) {
    if (world.model.owedAt() > END_OF_TIME) return;
    await passToEndOfNextRun(world);
  }
  expect(hasSynced(world, told), 'no run that was owed ended well').toBe(true);
  const { worker, peers } = world.actor().getSnapshot().context;
  // With nobody left to ask it may be ok as well, by an attempt that was under way when the last peer was removed.
  if (peers.some(isSyncPeer)) expect(worker.lastOutcome).toBe('ok');
  else expect(['ok', 'solo']).toContain(worker.lastOutcome);
}

async function passToEndOfNextRun(world: World): Promise<void> {
  const told = world.events.length;
  const hasEnded = (): boolean =>
    world.events.slice(told).some(({ type }) => type === 'run.finished' || type === 'run.withdrawn');
  const wait = world.model.owedAt() - world.now();
  if (wait > LONGEST_PASSAGE_SECONDS) await world.jump(wait);
  else if (wait > 0) await world.pass(wait * 1000);
  const end = world.clock.now() + LATE_SECONDS * 1000;
  while (!hasEnded() && (world.clock.nextDeadline() ?? Number.POSITIVE_INFINITY) <= end) await world.step();
}

function hasSynced({ events }: World, since: number): boolean {
  return events
    .slice(since)
    .some((event) => event.type === 'run.finished' && ['ok', 'solo'].includes(event.state.lastOutcome));
}
