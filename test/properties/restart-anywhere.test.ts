import { expect, test } from 'vitest';
import { happening, peerRecords, policies } from '../../src/testing/fast-check/index.ts';
import type { World } from '../../src/testing/index.ts';
import { answers, asksToWait, fails, forks, hangs } from '../support/behaviours.ts';
import { peer } from '../support/example-world.ts';
import { fc } from '../support/property.ts';
import { script } from '../support/scripted-sync.ts';
import { createTestWorld, live, type TestWorld, type TestWorldOptions } from '../support/test-world.ts';

/** Short, because each life is replayed once for every event that it emits. */
const shortLife = fc.array(
  happening().filter(({ kind }) => kind !== 'crash' && kind !== 'stop'),
  { minLength: 1, maxLength: 3 },
);
const MAX_EVENTS = 6;
const MAX_DEADLINES = 10;

const downMs = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_000_000 }));

/** The types of the emitted events, in order. */
function emitted({ history }: World): string[] {
  return history.flatMap((entry) =>
    entry.kind === 'emitted' && entry.event.type !== 'waits.bounded' ? [entry.event.type] : [],
  );
}

/** The world checks a restarted worker like any other: it loses no saved state, and asks each peer only when it may. */
async function expectLife(world: TestWorld): Promise<void> {
  await world.expectLively();
  world.expect();
}

test('a worker killed at any event continues from what it saved, and syncs in the end', async () => {
  const random = fc.double({ min: 0, max: 1, noNaN: true });
  await fc.assert(
    fc.asyncProperty(
      fc.record({ peers: peerRecords(), script, policy: policies(), random }),
      shortLife,
      downMs,
      async (options, all, down) => {
        const undisturbed = await live(options, all, MAX_DEADLINES);
        const events = emitted(undisturbed);
        for (let atEvent = 1; atEvent <= Math.min(events.length, MAX_EVENTS); atEvent += 1) {
          await using world = await live(
            { ...options, crash: { atEvent, downMs: down } },
            all,
            MAX_DEADLINES,
          );
          expect(emitted(world).slice(0, atEvent)).toEqual(events.slice(0, atEvent));
          await expectLife(world);
        }
      },
    ),
  );
});

/** Everything a worker can emit: a failover, an error, a stuck run, a fork, a success, other peers, going solo. */
async function fullLife(options: Pick<TestWorldOptions, 'crash'>): Promise<TestWorld> {
  const answersInTurn = [fails(), asksToWait(90), hangs, forks(5), answers('h1', 5), hangs];
  const world = await createTestWorld({ ...options, peers: [peer('a'), peer('b')], script: answersInTurn });
  await world.pass(700_000);
  await world.happen({ kind: 'request', force: true });
  await world.pass(70_000);
  await world.happen({ kind: 'set peers', peers: [peer('c')] });
  await world.happen({ kind: 'set policy', policy: { intervalSeconds: 200 } });
  await world.happen({ kind: 'request', force: true });
  await world.pass(400_000);
  await world.happen({ kind: 'set peers', peers: [] });
  await world.pass(700_000);
  return world;
}

test.each([0, 400])(
  'killed at each event of a life that has them all, and gone for %i s, it syncs in the end',
  async (s) => {
    const events = emitted(await fullLife({}));
    expect(new Set(events).size).toBe(7);
    for (let atEvent = 1; atEvent <= events.length; atEvent += 1) {
      await using world = await fullLife({ crash: { atEvent, downMs: s * 1000 } });
      expect(emitted(world).slice(0, atEvent)).toEqual(events.slice(0, atEvent));
      await expectLife(world);
    }
  },
);
