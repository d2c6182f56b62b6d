import type { PeerRecord, PeerRecordInput, SyncWorkerState } from '../../src/index.ts';
import { createPeerRecord, initialSyncState } from '../../src/index.ts';
import { createWorld, type World, type WorldOptions } from './worker-world.ts';

/** Wall time when an example begins, in seconds. */
export const BEGIN = 1_800_000_000;

/** A world to read: times are seconds since its beginning, and peers have names of one letter. */
export interface Example extends World {
  /** Lets so many seconds pass. */
  after(seconds: number): Promise<void>;
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
  options: Omit<WorldOptions, 'peers' | 'startAt'> & { readonly peers: readonly PeerRecordInput[] },
): Promise<Example> {
  const world = await createWorld({ ...options, startAt: BEGIN });
  // What is due now is done before the example goes on.
  await world.pass(0);
  return {
    ...world,
    after: (seconds) => world.pass(seconds * 1000),
    restartAfter: async (seconds) => {
      await world.restart(seconds * 1000);
      await world.pass(0);
    },
    asked: () => world.scripted.attempts.map(({ peerUrl, at }) => `${nameOf(peerUrl)} ${since(at)}`),
    state: () => world.actor().getSnapshot().context.worker,
    peer: (name) =>
      world
        .actor()
        .getSnapshot()
        .context.peers.find(({ peerUrl }) => peerUrl === urlOf(name)),
    told: () => world.events.map(({ type }) => type).filter((type) => /^(run|attempt)\./.test(type)),
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
