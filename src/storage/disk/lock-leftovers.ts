import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { StorageNotice } from '../storage.ts';
import { readHolder } from './lock-holder.ts';
import { whereaboutsOf } from './process-identity.ts';

/** Removes what processes left that ended while they took a lock. */
export async function removeLockLeftovers(
  lockPath: string,
  notify: (notice: StorageNotice) => void,
): Promise<void> {
  try {
    for (const name of await readdir(dirname(lockPath))) {
      if (!name.startsWith(`${basename(lockPath)}.`)) continue;
      const path = join(dirname(lockPath), name);
      const owner = await readHolder(path);
      // One that names nobody may be half written, by a process that is about to go on.
      if (owner === undefined || owner.pid === 0 || (await whereaboutsOf(owner)) === 'running') continue;
      await rm(path, { force: true });
    }
  } catch (cause) {
    // They are in nobody's way.
    notify({ message: `Old files beside ${lockPath} could not be removed`, cause });
  }
}
