import { createActor, waitFor } from 'xstate';
import { createVirtualClock } from '../../src/clock/virtual-clock.ts';
import type { PeerRecord } from '../../src/policy/peer-record.ts';
import type { SyncWorkerState } from '../../src/policy/sync-worker-state.ts';
import type { SyncFunction } from '../../src/schedule/attempt.ts';
import { createSyncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';

export const NOW = 1_700_000_000;

export interface RunEnd {
  readonly state: SyncWorkerState;
  /** As the worker keeps them after the run. */
  readonly peers: readonly PeerRecord[];
}

/** One run of a real worker that asks the peers in their order; its clock stands still meanwhile, the requests are real. */
export async function runOnce(sync: SyncFunction, peerUrls: readonly string[]): Promise<RunEnd> {
  const machine = createSyncWorkerMachine({ sync, now: () => NOW, random: () => 0 });
  const clock = createVirtualClock();
  const actor = createActor(machine, {
    clock,
    input: { peers: peerUrls.map((peerUrl, addedAt) => ({ peerUrl, addedAt })) },
  });
  actor.start();
  while (!actor.getSnapshot().matches('running')) clock.runNext();
  const end = await waitFor(actor, (snapshot) => !snapshot.matches('running'));
  actor.stop();
  const { worker, peers } = end.context;
  return { state: worker, peers };
}
