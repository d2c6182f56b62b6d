import { setImmediate } from 'node:timers/promises';
import {
  createSyncWorker,
  createVirtualClock,
  type PeerRecord,
  type SyncPolicyOptions,
  type SyncWorker,
  type WorkerClock,
} from '../../../src/index.ts';
import { peerRecords, policies } from '../../../src/testing/fast-check/index.ts';
import { type Happening, WORLD_START } from '../../../src/testing/index.ts';
import { fc } from '../../support/property.ts';
import { type Behaviour, script, scriptSync } from '../../support/scripted-sync.ts';

/** A worker to which anything may happen. */
export interface LiveWorker {
  readonly worker: SyncWorker;
  readonly clock: WorkerClock;
  happen(happening: Happening): Promise<void>;
  /** Time in which no timer has its turn. Milliseconds. */
  lose(ms: number): void;
  stop(): Promise<void>;
}

/** One clock and one random source for all lives: a chart of its own for each would take most of the time. */
const heap = createVirtualClock();
const stage = { ahead: 0, lost: 0, random: 0 };
const clock = {
  ...heap,
  now: () => heap.now() + stage.ahead,
  monotonic: () => heap.now() + stage.lost,
};
const random = (): number => stage.random;

/** A worker on a wall clock that may be set, and on timers that may die. */
export async function liveWorker(
  { peers, policy, script, random: drawn }: Life,
  made: (worker: SyncWorker) => void = () => undefined,
): Promise<LiveWorker> {
  Object.assign(stage, { ahead: WORLD_START * 1000 - heap.now(), lost: 0, random: drawn });
  const { sync } = scriptSync(script, heap, () => clock.now() / 1000);
  const worker = createSyncWorker({ peers, policy, sync, random, clock });
  made(worker);
  await worker.start();
  /** Lets the grace pass that a sync function has which ignores its signal. */
  const stop = async (): Promise<void> => {
    let isOver = false;
    const stopped = worker.stop().finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await setImmediate();
      if (!isOver) heap.runNext();
    }
    await stopped;
  };
  const happen = async (happening: Happening): Promise<void> => {
    switch (happening.kind) {
      case 'pass':
        return passDeadlines(heap.now() + happening.ms);
      case 'jump':
        stage.ahead += happening.seconds * 1000;
        return;
      case 'request':
        worker.requestSync(happening);
        return;
      case 'set peers':
        return worker.setPeers(happening.peers);
      case 'peer seen':
        if (isKnown(worker, happening.peerUrl)) worker.peerSeen(happening.peerUrl);
        return;
      case 'reset peer':
        if (isKnown(worker, happening.peerUrl)) worker.resetPeer(happening.peerUrl, happening);
        return;
      case 'set policy':
        return worker.setPolicy(happening.policy);
      // What is watched here has one process.
      case 'crash':
      case 'stop':
        await stop();
        heap.advanceTo(heap.now() + happening.downMs);
        return worker.start();
    }
  };
  const lose = (ms: number): void => {
    stage.lost += ms;
  };
  return { worker, clock, happen, lose, stop };
}

/** A worker refuses what is said of a peer that is none of its own. */
function isKnown(worker: SyncWorker, peerUrl: string): boolean {
  return worker.peers.some((peer) => peer.peerUrl === peerUrl);
}

/** Up to 12 deadlines on the way: a worker without a pause between its runs would fill any length of time with them. */
async function passDeadlines(end: number): Promise<void> {
  for (let met = 0; (heap.nextDeadline() ?? Number.POSITIVE_INFINITY) <= end; met += 1) {
    if (met >= 12) return;
    heap.runNext();
    await setImmediate();
  }
  heap.advanceTo(end);
  await setImmediate();
}

/** What a life is made of. */
export interface Life {
  readonly peers: readonly PeerRecord[];
  readonly policy: SyncPolicyOptions;
  readonly script: readonly Behaviour[];
  readonly random: number;
}

export const lives: fc.Arbitrary<Life> = fc.record({
  peers: peerRecords(),
  script,
  policy: policies(),
  random: fc.double({ min: 0, max: 1, noNaN: true }),
});
