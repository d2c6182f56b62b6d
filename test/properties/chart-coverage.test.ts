import { test } from 'vitest';
import type { SyncFunction } from '../../src/index.ts';
import { happenings, peerRecords, policies } from '../../src/testing/fast-check/index.ts';
import { createCoverage, createWorld, scriptedPeers } from '../../src/testing/index.ts';
import { answers, fails, forks } from '../support/behaviours.ts';
import { peer } from '../support/example-world.ts';
import { fc } from '../support/property.ts';
import { script } from '../support/scripted-sync.ts';
import { createTestWorld, live } from '../support/test-world.ts';

/** Transitions that the shipped worker can never take, and why. */
const unreachable = {
  'running.attempting:error.attempt:0': 'runAttempt never rejects',
};

test('random worlds take every transition of the chart', async () => {
  const coverage = createCoverage();
  const random = fc.double({ min: 0, max: 1, noNaN: true });
  const property = fc.asyncProperty(
    fc.record({ peers: peerRecords(), script, policy: policies(), random }),
    happenings(),
    async (options, all) => {
      await using world = await live({ ...options, coverage }, all);
      world.expect();
    },
  );
  // Run in portions until everything is covered; give up after four.
  for (let portion = 0; portion < 4 && coverage.rows.some(isMissing); portion += 1) {
    await fc.assert(property, { numRuns: 100 });
  }
  // Scripted sync functions ignore the signal; a run is only withdrawn if its sync function ends on abort.
  const hanging = scriptedPeers({ 'http://a.example': [{ kind: 'hangs' }] });
  const sync: SyncFunction = async ({ peerUrl }, { signal }) => {
    await hanging.fetch(peerUrl, { signal });
    return { head: 'h1' };
  };
  await using stopped = await createWorld({ peers: hanging.urls, sync, coverage });
  await stopped.stop();
  stopped.expect();
  // Rare at random: a run is due, and there is no peer left.
  for (const one of [answers('h1'), fails(), forks()]) {
    const peers = [peer('a')];
    await using world = await createTestWorld({ peers, script: [one], coverage });
    await world.happen({ kind: 'set peers', peers: [] });
    await world.pass(4_000_000);
    world.expect();
  }
  coverage.expectComplete(unreachable);
});

function isMissing({ transition, taken }: { readonly transition: string; readonly taken: number }): boolean {
  return taken === 0 && !(transition in unreachable);
}
