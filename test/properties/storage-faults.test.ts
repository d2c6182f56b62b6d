import { test } from 'vitest';
import { throwIfRefused } from '../../src/index.ts';
import type { SyncFunction } from '../../src/schedule/attempt.ts';
import { fc, happenings, peerScripts, policies, storageFaults } from '../../src/testing/fast-check/index.ts';
import { createWorld, scriptedPeers } from '../../src/testing/index.ts';
import '../support/property.ts';

function syncOver(fetch: typeof globalThis.fetch): SyncFunction {
  return async ({ peerUrl }, { signal, now }) => {
    const response = await fetch(`${peerUrl}/head`, { signal });
    throwIfRefused(response, { now: now() });
    return (await response.json()) as { head: string };
  };
}

test('whatever the storage, the peers and the clock do, the worker is polite, and syncs once they recover', async () => {
  await fc.assert(
    fc.asyncProperty(
      peerScripts(),
      storageFaults(),
      policies(),
      happenings(),
      async (script, faults, policy, steps) => {
        const peers = scriptedPeers(script);
        await using world = await createWorld({
          peers: peers.urls,
          policy,
          storage: faults,
          sync: syncOver(peers.fetch),
        });
        for (const step of steps) await world.happen(step, 40);
        world.expect();
        await world.expectLively();
        world.expect();
      },
    ),
  );
});
