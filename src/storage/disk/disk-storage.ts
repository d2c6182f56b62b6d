import { constants } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PeerRecord } from '../../policy/peer-record.ts';
import { keepWaits } from '../../policy/peer-updates.ts';
import type { SyncWorkerState } from '../../policy/sync-worker-state.ts';
import type { SavedWorker, StorageNotice, SyncStorage } from '../storage.ts';
import { type DiskPorts, systemPorts } from './file-system.ts';
import { createFolderLock, removeLockLeftovers } from './folder-lock.ts';
import { inTurn } from './in-turn.ts';
import { makeFolder } from './make-folder.ts';
import { openPeerFile } from './peer-file.ts';
import { createStateFile } from './state-file.ts';
import {
  codeOf,
  StorageError,
  StorageLockedError,
  StorageUnreadableError,
  StorageUnwritableError,
} from './storage-errors.ts';
import { targetOf } from './write-atomically.ts';

/** Times in a file that are further ahead than this are reported as being in the future. */
const MAX_AHEAD_SECONDS = 60;
/** A clock before this must be wrong: the package is newer. */
const FIRST_PLAUSIBLE_MS = Date.UTC(2020, 0);

/** Where the files of a worker on disk are. */
export interface DiskStorageOptions {
  /** Where the peer store file is, if other programs share it. @default `peers.json` in the folder */
  readonly peerFile?: string;
}

/** A storage on disk whose peer store can be reread. */
export interface DiskStorage extends SyncStorage {
  /**
   * Reads the peer store again, to pick up changes by other programs. Returns a function that merges them into the worker's
   * current peers, so that marks made meanwhile are not lost: `worker.setPeers((await storage.reread())(worker.peers))`.
   *
   * @throws StorageUnreadableError if it cannot be read
   */
  reread(): Promise<(peers: readonly PeerRecord[]) => readonly PeerRecord[]>;
}

/**
 * Keeps a worker's state in a folder: `sync-state.json`, which other programs may read, and `peers.json`, which they may also
 * write (see `createPeerFile`). The folder is created if needed, and locked by one worker at a time (`sync.lock`).
 *
 * `load` throws a StorageLockedError if another worker holds the folder, and a StorageUnreadableError or
 * StorageUnwritableError for missing permissions, or for a FIFO, socket or device in place of a file. After a crash in another
 * container it first waits 10 s for an answer of the worker there.
 *
 * Notices report files that are torn, foreign or damaged, or were removed or replaced while the worker ran; a folder that
 * others may write; times in the future; and a clock before 2020. While the disk is full or read-only, `save` throws a
 * StorageUnwritableError.
 */
export function createDiskStorage(folder: string, options: DiskStorageOptions = {}): DiskStorage {
  return openDiskStorage(folder, options, systemPorts);
}

/** @internal */
export function openDiskStorage(folder: string, options: DiskStorageOptions, ports: DiskPorts): DiskStorage {
  const { fs, clock } = ports;
  const place = resolve(folder);
  const lockPath = join(place, 'sync.lock');
  const lock = createFolderLock(lockPath, ports);
  const stateFile = createStateFile(join(place, 'sync-state.json'), fs);
  const peerFile = openPeerFile(resolve(options.peerFile ?? join(place, 'peers.json')), fs);
  let notify: (notice: StorageNotice) => void = () => undefined;
  let isOpen = false;
  /** The real path of the folder when it was opened. */
  let realPlace: string | undefined;

  const load = async (): Promise<Partial<SavedWorker>> => {
    realPlace = undefined;
    await findFolder();
    const { mode } = await fs.stat(place).catch((error: unknown) => {
      throw new StorageUnreadableError(place, error);
    });
    if ((mode & constants.S_IWOTH) !== 0) {
      notify({
        message: `${place} may be written by every user of this machine, who can change what the worker does; fix it with: chmod o-w ${place}`,
      });
    }
    await lock.hold(notify).catch((error: unknown) => {
      if (!isUnwritableNow(error)) throw error;
      notify({ message: `${error.message}; nothing is saved until that is over`, cause: error });
    });
    await removeLockLeftovers(lockPath, fs, notify);
    const { state, waiting } = await stateFile.load(notify);
    const stored = await peerFile.load(notify);
    const peers = waiting.length === 0 ? stored : keepWaits(stored ?? [], waiting, 0);
    reportWrongClock(state);
    return { ...(state && { state }), ...(peers && { peers }) };
  };

  const reportWrongClock = (state: SyncWorkerState | undefined): void => {
    const now = clock.now();
    if (now < FIRST_PLAUSIBLE_MS) {
      notify({
        message: `the clock of this machine is before 2020, so it is wrong; the times in ${place} are wrong too until it is set`,
      });
      return;
    }
    const newest = Math.max(state?.lastSyncStartedAt ?? 0, state?.lastSyncFinishedAt ?? 0);
    const ahead = newest - Math.floor(now / 1000);
    if (ahead <= MAX_AHEAD_SECONDS) return;
    notify({
      message: `${place} was last used ${ahead} s from now, by the clock of this machine: that clock is wrong, or was`,
    });
  };

  /** Finds the folder, or recreates it if it was removed. @throws StorageUnwritableError if it is now a link to another folder */
  const findFolder = async (): Promise<void> => {
    const isNew = await makeFolder(realPlace ?? place, fs);
    const now = await targetOf(place, fs);
    if (realPlace !== undefined && isNew) notify({ message: `${place} was gone; made anew` });
    if (realPlace !== undefined && realPlace !== now)
      throw new StorageUnwritableError(place, new Error(`it leads to ${now} now, and led to ${realPlace}`));
    realPlace = now;
  };

  return {
    load: async (onNotice) => {
      if (isOpen) throw new StorageLockedError(lockPath, process.pid);
      isOpen = true;
      notify = onNotice;
      try {
        return await inTurn(place, load);
      } catch (error) {
        isOpen = false;
        // Report the error of the load; if the lock cannot be released, the next load takes it again.
        await lock.release().catch(() => undefined);
        throw error;
      }
    },
    save: (saved) =>
      inTurn(place, async () => {
        await findFolder();
        await lock.hold(notify);
        // Peers first: a crash between the two saves then costs a failure count, but never a Retry-After.
        const [peersSaved] = await Promise.allSettled([peerFile.save(saved.peers)]);
        await stateFile.save(saved, notify);
        if (peersSaved.status === 'rejected') throw peersSaved.reason;
      }),
    reread: peerFile.reread,
    close: () =>
      inTurn(place, async () => {
        isOpen = false;
        await lock.release();
      }),
  };
}

/** A full or read-only disk may recover by itself; any other error has to be fixed by an operator. */
function isUnwritableNow(error: unknown): error is StorageError {
  return error instanceof StorageError && ['ENOSPC', 'EDQUOT', 'EROFS'].includes(codeOf(error.cause) ?? '');
}
