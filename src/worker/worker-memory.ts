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
   * Loads what was saved, and gives what the chart starts from.
   *
   * @throws what the storage throws, or what is wrong with what it gave; PeerSyncLocalError if it hangs
   */
  load(): Promise<SavedWorker & { readonly request: SyncRequest }>;
  /** Keeps what the chart emitted, and saves it. */
  keep(changes: Partial<SavedWorker>): void;
  /** Closes the storage; while a load hangs, that is seen to already. @throws what the storage throws; PeerSyncLocalError if it hangs */
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
  /** A load that was given up, until it has settled: the storage is not to load twice at once. */
  let abandoned: Promise<void> | undefined;
  const load = async (): Promise<Partial<SavedWorker>> => {
    if (abandoned !== undefined) await answerInTime(abandoned, 'a load', clock);
    const loading = (async () => storage.load(notify))();
    if (await settlesWithin(loading, MAX_STORAGE_SECONDS, clock)) return loading;
    // What it has opened or locked is given back now, and what it still will when it settles.
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
      // A save that failed left the storage behind. Of a wait memory always knows at least as much.
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
