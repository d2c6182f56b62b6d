import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createFolderLock } from '../../storage/disk/folder-lock.ts';
import { makeFolder } from '../../storage/disk/make-folder.ts';
import { ifMissing } from '../../storage/disk/storage-errors.ts';
import { syncFolder } from '../../storage/disk/write-atomically.ts';
import { ChainDamagedError } from './chain-damaged-error.ts';
import { type ChainFile, openChainFile, type ReadableFile } from './chain-file.ts';
import type { LogTip } from './chain-log.ts';
import { readTip } from './chain-tip.ts';
import type { LogFiles } from './walk-log.ts';

/** The files of a chain. LevelDB refuses a folder with such a CURRENT: an older build makes no second chain beside ours. */
export const EVENTS_FILE = 'events.log';
const TIP_FILE = 'CURRENT';
const LOCK_FILE = 'lock';
const LEVELDB_FILE = /^MANIFEST-\d+$|\.ldb$/;

/**
 * Opens the files of a folder, or makes them, and keeps other processes out.
 *
 * @throws Error naming the folder, if it cannot be opened
 */
export async function openChainFolder(folder: string): Promise<LogFiles<ChainFile>> {
  const opened: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const one of opened.splice(0).reverse()) await one.close();
  };
  const openFile = async (name: string): Promise<ChainFile> => {
    const file = await openChainFile(join(folder, name), 'write');
    opened.push(file);
    return file;
  };
  try {
    await makeFolder(folder);
    const lock = createFolderLock(join(folder, LOCK_FILE));
    // That the process before was killed is nothing to tell: the log shows by itself what was left.
    await lock.hold(() => undefined);
    opened.push({ close: () => lock.release() });
    const files = { tip: await openFile(TIP_FILE), events: await openFile(EVENTS_FILE), close };
    await syncFolder(folder);
    return files;
  } catch (error) {
    await close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the chain in ${folder} cannot be opened: ${reason}`, { cause: error });
  }
}

/**
 * Opens the files of a folder to read only, also while a process writes to them.
 *
 * @returns undefined if there is no chain
 */
export async function readChainFolder(folder: string): Promise<LogFiles | undefined> {
  const openFile = (name: string): Promise<ChainFile | undefined> =>
    openChainFile(join(folder, name), 'read').catch(ifMissing(undefined));
  const tip = await openFile(TIP_FILE);
  const events = await openFile(EVENTS_FILE).catch(async (error: unknown) => {
    await tip?.close();
    throw error;
  });
  if (tip === undefined && events === undefined) return undefined;
  return {
    tip: tip ?? noFile,
    events: events ?? noFile,
    close: async () => {
      await tip?.close();
      await events?.close();
    },
  };
}

const noFile: ReadableFile = { size: async () => 0, read: async () => Buffer.alloc(0) };

/** How far the chain of a folder has come, also while a process has it open; undefined if there is none to be read. */
export async function readChainTip(folder: string): Promise<LogTip | undefined> {
  const files = await readChainFolder(folder);
  try {
    return files && (await readTip(files.tip))?.tip;
  } finally {
    await files?.close();
  }
}

/** @throws ChainDamagedError if the chain of a folder was written by LevelDB */
export async function refuseLevelDb(folder: string): Promise<void> {
  const names = await readdir(folder).catch(ifMissing<string[]>([]));
  if (names.includes(EVENTS_FILE) || !names.some((name) => LEVELDB_FILE.test(name))) return;
  throw new ChainDamagedError(folder, 'was kept by LevelDB, which this version does not read any more');
}

/** `BASE-1`, or the first number that is free. */
export async function freeName(base: string, ending = ''): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = `${base}-${number}${ending}`;
    try {
      await access(name);
    } catch {
      return name;
    }
  }
}
