import type { WallClock } from '../clock/wall-clock.ts';
import { createPeerList, type PeerRecordInput } from '../policy/peer-record.ts';
import { keepWaits } from '../policy/peer-updates.ts';
import { initialSyncState } from '../policy/sync-worker-state.ts';
import { asError } from '../policy/thrown.ts';
import type { SyncFunction } from '../schedule/attempt.ts';
import type { SyncRequest } from '../schedule/worker-context.ts';
import type { SavedWorker, StorageNotice, SyncStorage } from '../storage/storage.ts';
import { noteExcluded } from './adopt-peers.ts';
import type { Notifications } from './notifications.ts';
import { readSaved, startingPeers, startingRequest } from './saved-worker.ts';
import {
  answerInTime,
  createSaver,
  hungStorage,
  MAX_STORAGE_SECONDS,
  type Saver,
  settlesWithin,
} from './saver.ts';

/** What a worker remembers, and how it is saved. */
export interface WorkerMemory extends Pick<Saver<SavedWorker>, 'recorded' | 'flush'> {
  /** The newest state and peers. */
  readonly known: SavedWorker;
  /**
   * Loads the saved state, and returns what the chart starts from.
   *
   * @throws any error of the storage; TypeError for malformed data; PeerSyncLocalError if it hangs
   */
  load(): Promise<SavedWorker & { readonly request: SyncRequest }>;
  /** Remembers changes that the chart emitted, and saves them. */
  keep(changes: Partial<SavedWorker>): void;
  /** Closes the storage, unless a hung load already does. @throws any error of the storage; PeerSyncLocalError if it hangs */
  close(): Promise<void>;
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
  const close = async (): Promise<void> => storage.close?.();
  const giveBack = (): Promise<void> => close().catch(notifications.fault);
  /** A hung load that was given up, until it settles: two loads must not run at once. */
  let abandoned: Promise<void> | undefined;
  const load = async (): Promise<Partial<SavedWorker>> => {
    if (abandoned !== undefined) await answerInTime(abandoned, 'a load', clock);
    const loading = (async () => storage.load(notify))();
    if (await settlesWithin(loading, MAX_STORAGE_SECONDS, clock)) return loading;
    // Close what it has opened or locked by now, and again what it opens before it settles.
    void giveBack();
    abandoned = loading.then(giveBack, giveBack).then(() => {
      abandoned = undefined;
    });
    throw hungStorage('a load');
  };

  return {
    get known() {
      return known;
    },
    recorded: saver.recorded,
    flush: saver.flush,
    load: async () => {
      const loaded = readSaved(await load(), 'storage.load() gave');
      // After a failed save the storage is older than memory. Memory never knows less about waits.
      const state = saver.isBehind() ? known.state : (loaded.state ?? known.state);
      const stored = loaded.peers === undefined || saver.isBehind() ? known.peers : loaded.peers;
      const remembered = keepWaits(stored, known.peers, now());
      known = { state, peers: startingPeers(configured, remembered, sync, now()) };
      return { ...known, request: startingRequest(known, loaded.peers) };
    },
    keep: (changes) => {
      known = { ...known, ...changes };
      saver.request(known);
    },
    close: async () => {
      if (abandoned !== undefined) return;
      await answerInTime(close(), 'a close', clock);
    },
  };
}
