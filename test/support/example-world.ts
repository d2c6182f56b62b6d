import type { SyncWorkerActor } from '../../src/core.ts';
import type {
  PeerRecord,
  PeerRecordInput,
  SyncPolicyOptions,
  SyncWorkerNotification,
  SyncWorkerState,
} from '../../src/index.ts';
import { createPeerRecord, initialSyncState } from '../../src/index.ts';
import { createTestWorld, type TestWorld, type TestWorldOptions } from './test-world.ts';

/** Wall time when an example begins, in seconds. */
export const BEGIN = 1_800_000_000;

/** A world to read: times are seconds since its beginning, and peers have names of one letter. */
export interface Example {
  readonly world: TestWorld;
  readonly scripted: TestWorld['scripted'];
  readonly events: readonly SyncWorkerNotification[];
  actor(): SyncWorkerActor;
  /** Lets so many seconds pass. */
  after(seconds: number): Promise<void>;
  jump(seconds: number): Promise<void>;
  request(force: boolean): Promise<void>;
  changePeers(peers: readonly PeerRecordInput[]): Promise<void>;
  contact(peerUrl: string): Promise<void>;
  reset(peerUrl: string, force: boolean): Promise<void>;
  changePolicy(policy: SyncPolicyOptions): Promise<void>;
  /** Kills the worker, and brings it back so many seconds later. */
  restartAfter(seconds: number): Promise<void>;
  /** Who was asked when, by the wall clock: `a 0`. */
  asked(): string[];
  state(): SyncWorkerState;
  peer(name: string): PeerRecord | undefined;
  /** The names of what was told, those about peers and refused events left out. */
  told(): string[];
}

export async function begin(
  options: Omit<TestWorldOptions, 'peers' | 'startAt'> & { readonly peers: readonly PeerRecordInput[] },
): Promise<Example> {
  const world = await createTestWorld({ ...options, startAt: BEGIN });
  // What is due now is done before the example goes on.
  await world.pass(0);
  const actor = (): SyncWorkerActor => {
    if (world.worker.actor === undefined) throw new Error('the worker has not begun');
    return world.worker.actor;
  };
  const events = (): SyncWorkerNotification[] =>
    world.history.flatMap((entry) =>
      entry.kind === 'emitted' && entry.event.type !== 'waits.bounded' ? [entry.event] : [],
    );
  return {
    world,
    scripted: world.scripted,
    get events() {
      return events();
    },
    actor,
    after: (seconds) => world.pass(seconds * 1000),
    jump: (seconds) => world.jump(seconds),
    request: (force) => world.happen({ kind: 'request', force }),
    changePeers: (peers) => world.happen({ kind: 'set peers', peers }),
    contact: (peerUrl) => world.happen({ kind: 'peer seen', peerUrl }),
    reset: (peerUrl, force) => world.happen({ kind: 'reset peer', peerUrl, force }),
    changePolicy: (policy) => world.happen({ kind: 'set policy', policy }),
    restartAfter: async (seconds) => {
      await world.restart(seconds * 1000);
      await world.pass(0);
    },
    asked: () => world.scripted.attempts.map(({ peerUrl, at }) => `${nameOf(peerUrl)} ${since(at)}`),
    state: () => world.worker.state,
    peer: (name) => world.worker.peers.find(({ peerUrl }) => peerUrl === urlOf(name)),
    told: () =>
      events()
        .map(({ type }) => type)
        .filter((type) => /^(run|attempt)\./.test(type)),
  };
}

export function urlOf(name: string): string {
  return `http://${name}.example`;
}

function nameOf(peerUrl: string): string {
  return new URL(peerUrl).hostname.replace('.example', '');
}

/** A peer by its name, with any other field. */
export function peer(name: string, fields: Partial<PeerRecord> = {}): PeerRecord {
  return createPeerRecord({ ...fields, peerUrl: urlOf(name) });
}

/** The ten fields a worker left in an earlier life. */
export function left(fields: Partial<SyncWorkerState>): SyncWorkerState {
  return { ...initialSyncState(), ...fields };
}

/** Seconds since the beginning, of a wall time; without the noise of binary fractions. */
export function since(wallTime: number): number {
  return Math.round((wallTime - BEGIN) * 1000) / 1000;
}
