import { test } from 'vitest';
import { happenings, peerRecords, policies } from '../../src/testing/fast-check/index.ts';
import { fc } from '../support/property.ts';
import { script } from '../support/scripted-sync.ts';
import { live } from '../support/test-world.ts';

// The world of the kit holds all that it sees against every invariant: the ten fields and the peers are a fold of the policy over
// what was told, no peer is asked before its Retry-After, one attempt at a time, nothing is owed for over a minute, and the rest.
test('whatever happens, the worker is a fold of the policy, polite, alone and never wedged', async () => {
  const random = fc.double({ min: 0, max: 1, noNaN: true });
  await fc.assert(
    fc.asyncProperty(
      fc.record({ peers: peerRecords(), script, policy: policies(), random }),
      happenings(),
      async (options, all) => {
        await using world = await live(options, all);
        world.expect();
      },
    ),
  );
});
