import { expect, test } from 'vitest';
import type { SyncWorkerEmitted } from '../../src/core.ts';
import type { SyncWorkerState } from '../../src/index.ts';
import { answers, asksToWait, fails, forks, hangs } from '../support/behaviours.ts';
import { expectEqual, expectThat } from '../support/cheap-expect.ts';
import { peer } from '../support/example-world.ts';
import { expectSyncInTheEnd } from '../support/expect-sync-in-the-end.ts';
import { fc } from '../support/property.ts';
import { script } from '../support/scripted-sync.ts';
import { createWorld, type World, type WorldOptions } from '../support/worker-world.ts';
import { type Happening, happen, happening, peers, policy } from '../support/world-commands.ts';

/** Short, because each is lived through once for every event it tells. */
const shortLife = fc.array(
  happening.filter(({ kind }) => kind !== 'a restart'),
  { minLength: 1, maxLength: 3 },
);
const MAX_EVENTS = 6;
const MAX_DEADLINES = 10;

const downMs = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_000_000 }));

async function live(options: WorldOptions, all: readonly Happening[]): Promise<World> {
  const world = await createWorld(options);
  for (const one of all) await happen(world, one, MAX_DEADLINES);
  return world;
}

function states(events: readonly SyncWorkerEmitted[]): SyncWorkerState[] {
  return events.flatMap((event) => ('state' in event ? [event.state] : []));
}

/** Failures are forgotten by a success or a turn in solo, and by nothing else. */
function expectNoFailureForgotten(events: readonly SyncWorkerEmitted[]): void {
  let failures = 0;
  for (const { consecutiveFailures, lastOutcome } of states(events)) {
    const mayFall = lastOutcome === 'ok' || lastOutcome === 'solo';
    expectThat(
      mayFall || consecutiveFailures >= failures,
      () => `${failures} failures, then ${consecutiveFailures}`,
    );
    failures = consecutiveFailures;
  }
}

/** By a clock that nobody sets, what has happened has happened. */
function expectNoTimeGoesBack(events: readonly SyncWorkerEmitted[]): void {
  // A run that was withdrawn has not begun.
  const isWithdrawn = events.some(({ type }) => type === 'run.withdrawn');
  const past = (state: SyncWorkerState): number[] => [
    isWithdrawn ? 0 : state.lastSyncStartedAt,
    state.lastSyncFinishedAt,
    state.lastSyncOkAt,
  ];
  const all = states(events).map(past);
  all.forEach((times, index) => {
    const before = all[index - 1] ?? times;
    expectThat(
      times.every((time, field) => time >= (before[field] ?? 0)),
      () => `${before} came before ${times}`,
    );
  });
}

// On the way the world checks the restored worker as it checks any other: never early, never wedged, one attempt at most.
test('a worker killed at any event of its life goes on from what it had told, and syncs in the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ peers, script, policy, random: fc.double({ min: 0, max: 1, noNaN: true }) }),
      shortLife,
      downMs,
      async (options, all, down) => {
        const undisturbed = await live(options, all);
        undisturbed.stop();
        const { length } = undisturbed.events;
        const isClockSet = all.some(({ kind }) => kind === 'the clock jumps');
        for (let atEvent = 1; atEvent <= Math.min(length, MAX_EVENTS); atEvent += 1) {
          const world = await live({ ...options, death: { atEvent, downMs: down } }, all);
          expectEqual(world.events.slice(0, atEvent), undisturbed.events.slice(0, atEvent));
          expectNoFailureForgotten(world.events);
          if (!isClockSet) expectNoTimeGoesBack(world.events);
          await expectSyncInTheEnd(world);
          world.stop();
        }
      },
    ),
  );
});

/** All that a worker can tell: a failover, an error, a stuck run, a fork, a success, other peers, a turn in solo. */
async function fullLife(options: Pick<WorldOptions, 'death'>): Promise<World> {
  const script = [fails(), asksToWait(90), hangs, forks(5), answers('h1', 5), hangs];
  const world = await createWorld({ ...options, peers: [peer('a'), peer('b')], script });
  await world.pass(700_000);
  await world.request(true);
  await world.pass(70_000);
  await world.changePeers([peer('c')]);
  world.actor().send({ type: 'peer.seen', peerUrl: '' });
  await world.request(true);
  await world.pass(400_000);
  await world.changePeers([]);
  await world.pass(700_000);
  return world;
}

test.each([0, 400])(
  'killed at each event of a life that has them all, and gone for %i s, it syncs in the end',
  async (s) => {
    const undisturbed = await fullLife({});
    const types = new Set(undisturbed.events.map(({ type }) => type));
    expect(types.size).toBe(7);
    for (let atEvent = 1; atEvent <= undisturbed.events.length; atEvent += 1) {
      const world = await fullLife({ death: { atEvent, downMs: s * 1000 } });
      expect(world.events.slice(0, atEvent)).toEqual(undisturbed.events.slice(0, atEvent));
      expectNoFailureForgotten(world.events);
      expectNoTimeGoesBack(world.events);
      await expectSyncInTheEnd(world);
      world.stop();
    }
  },
);
