import type { WallClock } from '../clock/wall-clock.ts';
import { asPeerList, createPeerList, type PeerRecord, type PeerRecordInput } from '../policy/peer-record.ts';
import { dropExpired, keepWaits } from '../policy/peer-updates.ts';
import { initialSyncState } from '../policy/sync-worker-state.ts';
import { checkSyncState } from '../policy/sync-worker-state-wire.ts';
import { asError, messageOf } from '../policy/thrown.ts';
import { describe, isRecord } from '../policy/wire-fields.ts';
import type { SyncFunction } from '../schedule/attempt.ts';
import type { SyncRequest } from '../schedule/worker-context.ts';
import type { SavedWorker, StorageNotice, SyncStorage } from '../storage/storage.ts';
import { adoptPeers, noteExcluded } from './adopt-peers.ts';
import type { Notifications } from './notifications.ts';
import { createSaver, type Saver } from './saver.ts';

/** What a worker remembers, and how it is saved. */
export interface WorkerMemory extends Pick<Saver<SavedWorker>, 'recorded' | 'flush'> {
  /** The newest state and peers. */
  readonly known: SavedWorker;
  /** Loads what was saved, and gives what the chart starts from. @throws what the storage throws, or what is wrong with what it gave */
  load(): Promise<SavedWorker & { readonly request: SyncRequest }>;
  /** Keeps what the chart emitted, and saves it. */
  keep(changes: Partial<SavedWorker>): void;
}

export interface WorkerMemoryOptions {
  readonly storage: SyncStorage;
  /** Undefined: the storage says which peers there are. */
  readonly configured: readonly (string | PeerRecordInput)[] | undefined;
  readonly sync: Pick<SyncFunction, 'exclude'>;
  readonly clock: WallClock;
  readonly notifications: Notifications;
}

export function createWorkerMemory(options: WorkerMemoryOptions): WorkerMemory {
  const { storage, configured, sync, clock, notifications } = options;
  const now = (): number => clock.now() / 1000;
  let known: SavedWorker = {
    state: initialSyncState(),
    peers: noteExcluded(createPeerList(configured ?? []), sync),
  };
  const saver = createSaver<SavedWorker>(storage.save, clock, (cause) => {
    const error = asError(cause);
    notifications.emitError({ type: 'storage.failed', error }, error);
  });
  const notify = ({ message, cause }: StorageNotice): void =>
    notifications.emitError(
      { type: 'storage.notice', message, ...(cause === undefined ? {} : { cause }) },
      new Error(message, { cause }),
    );

  return {
    get known() {
      return known;
    },
    recorded: saver.recorded,
    flush: saver.flush,
    load: async () => {
      const loaded = readSaved(await storage.load(notify));
      // A save that failed left the storage behind. Of a wait memory always knows at least as much.
      const state = saver.isBehind() ? known.state : (loaded.state ?? known.state);
      const stored = loaded.peers === undefined || saver.isBehind() ? known.peers : loaded.peers;
      const remembered = asPeerList(dropExpired(keepWaits(stored, known.peers, now()), now()));
      const peers = configured === undefined ? remembered : adoptPeers(configured, remembered, now());
      known = { state, peers: noteExcluded(peers, sync) };
      return { ...known, request: hasNewPeer(known, loaded.peers) ? 'new-peer' : 'none' };
    },
    keep: (changes) => {
      known = { ...known, ...changes };
      saver.request(known);
    },
  };
}

/** A peer that was not on the list before need not wait for the others. */
function hasNewPeer({ state, peers }: SavedWorker, stored: readonly PeerRecord[] | undefined): boolean {
  if (stored === undefined || (state.lastOutcome !== 'error' && state.lastOutcome !== 'fork')) return false;
  const before = new Set(stored.map(({ peerUrl }) => peerUrl));
  return peers.some(({ peerUrl, bucket, enabled }) => bucket === 'sync' && enabled && !before.has(peerUrl));
}

/** Checks what a storage gave, which may be anybody's. */
function readSaved(saved: unknown): Partial<SavedWorker> {
  if (!isRecord(saved)) {
    throw new TypeError(`storage.load() gave ${describe(saved)}; allowed is { state?, peers? }`);
  }
  const { state, peers } = saved;
  try {
    return {
      ...(state === undefined ? {} : { state: checkSyncState(state) }),
      ...(peers === undefined ? {} : { peers: createPeerList(peers) }),
    };
  } catch (cause) {
    throw new TypeError(`storage.load() gave ${messageOf(cause)}`, {
      cause,
    });
  }
}
