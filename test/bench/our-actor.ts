import { createActor } from 'xstate';
import { createSyncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';
import { type BenchWorld, type Contender, INTERVAL_SECONDS, PEER_URL } from './contender.ts';

/** The worker itself. */
export function startOurActor({ clock, sync }: BenchWorld): Contender {
  const machine = createSyncWorkerMachine({ sync, now: () => clock.now() / 1000, random: () => 0 });
  const actor = createActor(machine, {
    clock,
    input: { peers: [PEER_URL], policy: { intervalSeconds: INTERVAL_SECONDS } },
  }).start();
  return { isWaiting: () => actor.getSnapshot().value === 'ok' };
}
