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

/** The files of a chain. LevelDB refuses a folder with our CURRENT, so an older build cannot start a second chain here. */
export const EVENTS_FILE = 'events.log';
const TIP_FILE = 'CURRENT';
const LOCK_FILE = 'lock';
const LEVELDB_FILE = /^MANIFEST-\d+$|\.ldb$/;

/**
 * Opens the files of a folder, creating them if they are missing, and locks out other processes.
 *
 * @throws Error naming the folder if it cannot be opened
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
    // No need to report that the previous process was killed: opening the log recovers what it left.
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
 * Opens the files of a folder read-only, even while another process writes to them.
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

/** The tip of the chain in a folder, even while a process has it open; undefined if there is no readable tip. */
export async function readChainTip(folder: string): Promise<LogTip | undefined> {
  const files = await readChainFolder(folder);
  try {
    return files && (await readTip(files.tip))?.tip;
  } finally {
    await files?.close();
  }
}

/** @throws ChainDamagedError if LevelDB wrote the chain in this folder */
export async function refuseLevelDb(folder: string): Promise<void> {
  const names = await readdir(folder).catch(ifMissing<string[]>([]));
  if (names.includes(EVENTS_FILE) || !names.some((name) => LEVELDB_FILE.test(name))) return;
  throw new ChainDamagedError(folder, 'was kept by LevelDB, which this version does not read any more');
}

/** `BASE-1`, or `BASE-N` with the first number that is not taken. */
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
