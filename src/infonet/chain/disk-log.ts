import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StorageUnreadableError } from '../../storage/disk/storage-errors.ts';
import { syncFolder } from '../../storage/disk/write-atomically.ts';
import { ChainDamagedError } from './chain-damaged-error.ts';
import { freeName, openChainFolder, refuseLevelDb } from './chain-folder.ts';
import type { ChainLog } from './chain-log.ts';
import { FileLog } from './file-log.ts';

/**
 * Opens the log in a folder, or makes one there. One process at a time can have it open.
 *
 * No database: LevelDB writes on behind a write that failed, where nothing is found again (leveldb#1180, #865), opens a
 * damaged log shorter, and is a native add-on. The README beside this folder compares the two.
 *
 * @throws ChainDamagedError; Error naming the folder, if it cannot be opened
 */
export async function openDiskLog(folder: string): Promise<ChainLog> {
  let log = await openLog(folder);
  let isOpen = true;
  let isEnded = false;
  const letGo = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await log.close();
  };
  const open = async (): Promise<void> => {
    log = await openLog(folder);
    isOpen = true;
  };
  return {
    tip: () => log.tip(),
    append: (entries, sequences) => log.append(entries, sequences),
    heightsOf: (ids) => log.heightsOf(ids),
    sequencesOf: (keys) => log.sequencesOf(keys),
    at: (heights) => log.at(heights),
    renew: async () => {
      if (isEnded) return;
      const change = isOpen ? await log.whyChanged() : 'it could not be opened before';
      if (change === undefined) return;
      try {
        // First, for its lock may be among what was put there.
        await letGo();
        await open();
      } catch (error) {
        throw error instanceof ChainDamagedError ? error : new StorageUnreadableError(folder, error);
      }
      const { count } = log.tip();
      throw new StorageUnreadableError(
        folder,
        new Error(`${change}; it is opened again, with ${count} ${count === 1 ? 'event' : 'events'}`),
      );
    },
    setAside: async () => {
      await letGo();
      const aside = await freeName(`${folder}.forked`);
      await rename(folder, aside);
      await syncFolder(dirname(folder));
      await open();
      return aside;
    },
    close: () => {
      isEnded = true;
      return letGo();
    },
  };
}

async function openLog(folder: string): Promise<FileLog> {
  await refuseLevelDb(folder);
  const files = await openChainFolder(folder);
  try {
    return await FileLog.open(files, folder);
  } catch (error) {
    await files.close();
    throw error;
  }
}
