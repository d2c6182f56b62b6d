import type { PeerRecord } from '../../src/index.ts';
import {
  createWorld,
  createWorldClock,
  type Happening,
  type World,
  type WorldOptions,
} from '../../src/testing/index.ts';
import { type Behaviour, type ScriptedSync, scriptSync } from './scripted-sync.ts';

/** A world of the kit whose sync function does what a script says, attempt by attempt. */
export type TestWorldOptions = Omit<WorldOptions, 'sync' | 'clock'> & {
  readonly script: readonly Behaviour[];
};

export interface TestWorld extends World {
  readonly scripted: ScriptedSync;
}

export async function createTestWorld({ script, ...options }: TestWorldOptions): Promise<TestWorld> {
  const clock = createWorldClock(options.startAt);
  const scripted = scriptSync(script, clock);
  const world = await createWorld({
    ...options,
    clock,
    // A record that says it is excluded stays so.
    sync: Object.assign(scripted.sync, { exclude: (peer: PeerRecord) => peer.excluded || undefined }),
    heal: scripted.answerFromNowOn,
  });
  // A world is mostly getters: what is added goes in front of it.
  return Object.create(world, { scripted: { value: scripted } });
}

/** A worker without a pause between its runs would fill any length of time with them, and every one like the last. */
const MAX_DEADLINES = 40;

/** Lets all of it happen, one after the other. */
export async function live(
  options: TestWorldOptions,
  all: readonly Happening[],
  maxDeadlines: number = MAX_DEADLINES,
): Promise<TestWorld> {
  const world = await createTestWorld(options);
  for (const one of all) await world.happen(one, maxDeadlines);
  return world;
}
