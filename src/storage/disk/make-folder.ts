import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, StorageUnwritableError } from './storage-errors.ts';

/**
 * Makes a folder, and those it lies in. Not by `mkdir(…, { recursive: true })`, which never ends where nothing can be
 * made though the folder above is there: in /proc, in a mount that is gone, behind a symlink that leads nowhere
 * (openclaw/openclaw#130807).
 *
 * @throws StorageUnwritableError naming the folder
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeWithParents(folder);
  } catch (error) {
    throw new StorageUnwritableError(folder, error);
  }
}

async function makeWithParents(folder: string): Promise<void> {
  const parent = dirname(folder);
  try {
    await makeOne(folder);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || parent === folder) throw error;
    await makeWithParents(parent);
    await makeOne(folder);
  }
}

async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}
