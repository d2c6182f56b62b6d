import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../../storage/disk/write-atomically.ts';
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
  return {
    tip: () => log.tip(),
    append: (entries, sequences) => log.append(entries, sequences),
    heightsOf: (ids) => log.heightsOf(ids),
    sequencesOf: (keys) => log.sequencesOf(keys),
    at: (heights) => log.at(heights),
    setAside: async () => {
      await log.close();
      const aside = await freeName(`${folder}.forked`);
      await rename(folder, aside);
      await syncFolder(dirname(folder));
      log = await openLog(folder);
      return aside;
    },
    close: () => log.close(),
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
