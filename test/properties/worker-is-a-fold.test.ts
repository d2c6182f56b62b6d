import { test } from 'vitest';
import { happenings, peerRecords, policies } from '../../src/testing/fast-check/index.ts';
import { fc } from '../support/property.ts';
import { script } from '../support/scripted-sync.ts';
import { live } from '../support/test-world.ts';

// The testing kit's world checks everything that it sees against every invariant: the ten fields and the peers are a fold of the
// policy over the emitted events, no peer is asked before its Retry-After is over, one attempt runs at a time, no due run is more
// than a minute late, and so on.
test('whatever happens, the worker is a fold of the policy, polite, one attempt at a time and never wedged', async () => {
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
