import { messageOf } from '../../policy/thrown.ts';
import type { StorageNotice } from '../storage.ts';
import type { FileSystem } from './file-system.ts';
import { codeOf, StorageUnwritableError } from './storage-errors.ts';
import { writeNew } from './write-atomically.ts';

type Notify = (notice: StorageNotice) => void;

/**
 * Renames an unusable file, so that nothing overwrites it, and reports the new name and the reason.
 *
 * @throws StorageUnwritableError if it cannot be renamed
 */
export async function setAside(path: string, cause: unknown, fs: FileSystem, notify: Notify): Promise<void> {
  const aside = await put(path, fs, fs.rename);
  notify({ message: `${path} could not be used: ${messageOf(cause)}. It is now ${aside}`, cause });
}

/** Copies a file that stays in place, because a part of it can be used. */
export async function copyAside(path: string, reason: string, fs: FileSystem, notify: Notify): Promise<void> {
  const aside = await put(path, fs, fs.copyFile);
  notify({ message: `${path}: ${reason}; replaced. As it was, it is now ${aside}` });
}

async function put(
  path: string,
  fs: FileSystem,
  move: (from: string, to: string) => Promise<void>,
): Promise<string> {
  const stamp = new Date().toISOString().replace(/\.\d+/, '').replaceAll(':', '-');
  try {
    const aside = await freeName(`${path}.set-aside-${stamp}`, fs);
    await move(path, aside);
    return aside;
  } catch (error) {
    throw new StorageUnwritableError(path, error);
  }
}

/** Finds a free name and reserves it with an empty file, because a rename would silently replace an existing one. */
async function freeName(name: string, fs: FileSystem): Promise<string> {
  for (let number = 1; ; number += 1) {
    const free = number === 1 ? name : `${name}-${number}`;
    try {
      await writeNew(free, '', fs);
      return free;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}
