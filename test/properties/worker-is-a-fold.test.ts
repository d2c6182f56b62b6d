import { test } from 'vitest';
import { fc } from '../support/property.ts';
import { script } from '../support/scripted-sync.ts';
import { createWorld } from '../support/worker-world.ts';
import { happen, happenings, peers, policy } from '../support/world-commands.ts';

// The world checks after every step: context.worker equals a fold of the policy over what was told, the chart's state is
// the last outcome, no peer is asked before its Retry-After, one attempt at a time, nothing is owed for over a minute.
test('whatever happens, the worker is a fold of the policy, polite, alone and never wedged', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ peers, script, policy, random: fc.double({ min: 0, max: 1, noNaN: true }) }),
      happenings,
      async (options, all) => {
        const world = await createWorld(options);
        for (const one of all) await happen(world, one);
        world.stop();
      },
    ),
  );
});
