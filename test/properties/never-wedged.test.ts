import { expect, test } from 'vitest';
import { defaultPolicy } from '../../src/index.ts';
import { expectSyncInTheEnd } from '../support/expect-sync-in-the-end.ts';
import { fc } from '../support/property.ts';
import { script } from '../support/scripted-sync.ts';
import { createWorld } from '../support/worker-world.ts';
import { happen, happening, happenings, peers, policy } from '../support/world-commands.ts';

// On the way the world checks that no run is owed for longer than a look, and that no attempt outlives the stuck limit.
test('whatever happened, a worker whose peers answer syncs within a look of its next due time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ peers, script, policy, random: fc.double({ min: 0, max: 1, noNaN: true }) }),
      happenings,
      async (options, all) => {
        const world = await createWorld(options);
        for (const one of all) await happen(world, one);
        await expectSyncInTheEnd(world);
        world.stop();
      },
    ),
  );
});

test('by a clock that nobody sets, a run is stuck at its 300 s to the millisecond', async () => {
  const undisturbed = fc.array(
    happening.filter(({ kind }) => kind !== 'the clock jumps' && kind !== 'another policy'),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(fc.record({ peers, script }), undisturbed, async (options, all) => {
      const world = await createWorld(options);
      for (const one of all) await happen(world, one);
      let startedAt = 0;
      world.events.forEach((event, index) => {
        if (event.type === 'run.started') startedAt = world.times[index] ?? 0;
        const lasted = (world.times[index] ?? 0) - startedAt;
        if (event.type === 'run.stuck') expect(lasted).toBeCloseTo(defaultPolicy.stuckAfterSeconds, 2);
        if (event.type === 'attempt.finished')
          expect(lasted).toBeLessThanOrEqual(defaultPolicy.stuckAfterSeconds + 0.001);
      });
      world.stop();
    }),
  );
});
