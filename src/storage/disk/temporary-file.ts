import { readdir, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { StorageNotice } from '../storage.ts';
import { type ProcessIdentity, thisProcess, whereaboutsOf } from './process-identity.ts';
import { ifMissing } from './storage-errors.ts';

let made = 0;

/** The file that is written where `path` is a symbolic link: the file it leads to is replaced, not the link. */
export function targetOf(path: string): Promise<string> {
  return realpath(path).catch(ifMissing(path));
}

/** A name beside a file that no other process takes, and that says whose it is: `peers.json.4711-90210-1.tmp`. */
export async function temporaryName(target: string): Promise<string> {
  const { pid, started } = await thisProcess();
  made += 1;
  return `${target}.${pid}-${started}-${made}.tmp`;
}

/** Removes the temporary files of processes that ended before they could rename them. */
export async function removeLeftovers(path: string, notify: (notice: StorageNotice) => void): Promise<void> {
  try {
    const target = await targetOf(path);
    const names = await readdir(dirname(target)).catch(ifMissing<string[]>([]));
    for (const name of names) {
      const owner = await ownerOf(name, basename(target));
      if (owner === undefined || (await whereaboutsOf(owner)) === 'running') continue;
      await rm(join(dirname(target), name), { force: true });
    }
  } catch (cause) {
    // They are in nobody's way.
    notify({ message: `Temporary files beside ${path} could not be removed`, cause });
  }
}

/** Whose temporary file for this one it is; undefined for any other file. */
async function ownerOf(name: string, of: string): Promise<ProcessIdentity | undefined> {
  if (!name.startsWith(`${of}.`)) return undefined;
  const [, pid, started] = /^\.(\d+)-(\d*)-\d+\.tmp$/.exec(name.slice(of.length)) ?? [];
  if (pid === undefined || started === undefined) return undefined;
  return { ...(await thisProcess()), pid: Number(pid), started };
}
