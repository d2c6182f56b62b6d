import { join, resolve } from 'node:path';
import type { PeerRecord } from '../../policy/peer-record.ts';
import type { StorageNotice, SyncStorage } from '../storage.ts';
import { createFolderLock } from './folder-lock.ts';
import { inTurn } from './in-turn.ts';
import { removeLockLeftovers } from './lock-leftovers.ts';
import { makeFolder } from './make-folder.ts';
import { openPeerFile } from './peer-file.ts';
import { createStateFile } from './state-file.ts';
import { codeOf, StorageError, StorageLockedError } from './storage-errors.ts';

/** Where the files of a worker on disk are. */
export interface DiskStorageOptions {
  /** Where the peer store file is, if other programs share it. @default `peers.json` in the folder */
  readonly peerFile?: string;
}

/** A storage on disk, and what its peer store has become meanwhile. */
export interface DiskStorage extends SyncStorage {
  /**
   * Reads the peer store again, for what other programs changed in it. What it gives makes of the peers a worker has
   * the list it is to have now, so that no mark made meanwhile is lost:
   * `worker.setPeers((await storage.reread())(worker.peers))`.
   *
   * @throws StorageUnreadableError if it cannot be read
   */
  reread(): Promise<(peers: readonly PeerRecord[]) => readonly PeerRecord[]>;
}

/**
 * Keeps a worker in a folder: `sync-state.json`, which other programs may read, and `peers.json`, which they may write
 * too (see `createPeerFile`). The folder is made if it is not there, and held by one worker at a time (`sync.lock`).
 *
 * `load` throws a StorageLockedError if another worker holds it, and a StorageUnreadableError or StorageUnwritableError
 * for permissions. A file that is torn or foreign is set aside and told; so is a disk that is full or read only, and
 * `save` then throws a StorageUnwritableError until it is not.
 */
export function createDiskStorage(folder: string, options: DiskStorageOptions = {}): DiskStorage {
  const place = resolve(folder);
  const lockPath = join(place, 'sync.lock');
  const lock = createFolderLock(lockPath);
  const stateFile = createStateFile(join(place, 'sync-state.json'));
  const peerFile = openPeerFile(resolve(options.peerFile ?? join(place, 'peers.json')));
  let tell: (notice: StorageNotice) => void = () => undefined;
  let isOpen = false;

  const load: SyncStorage['load'] = async (notify) => {
    await makeFolder(place);
    await lock.hold(notify).catch((error: unknown) => {
      if (!isUnwritableNow(error)) throw error;
      notify({ message: `${error.message}; nothing is saved until that is over`, cause: error });
    });
    await removeLockLeftovers(lockPath, notify);
    const state = await stateFile.load(notify);
    const peers = await peerFile.load(notify);
    return { ...(state && { state }), ...(peers && { peers }) };
  };

  return {
    load: async (notify) => {
      if (isOpen) throw new StorageLockedError(lockPath, process.pid);
      isOpen = true;
      tell = notify;
      try {
        return await inTurn(place, async () => load(notify));
      } catch (error) {
        isOpen = false;
        // What kept us from loading is the error; a lock that cannot be given back is taken again by the next load.
        await lock.release().catch(() => undefined);
        throw error;
      }
    },
    save: ({ state, peers }) =>
      inTurn(place, async () => {
        await lock.hold(tell);
        // Peers first: between the two a crash then costs a failure count, and never a Retry-After.
        const [peersSaved] = await Promise.allSettled([peerFile.save(peers)]);
        await stateFile.save(state);
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

/** Full or read only is what a disk is now and then; anything else is a mistake that somebody has to mend. */
function isUnwritableNow(error: unknown): error is StorageError {
  return error instanceof StorageError && ['ENOSPC', 'EDQUOT', 'EROFS'].includes(codeOf(error.cause) ?? '');
}
