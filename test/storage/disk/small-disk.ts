import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A separate file system, small enough to be filled. */
export interface SmallDisk {
  readonly path: string;
  /** Takes all the room that is left, until it is given back. */
  fill(): Promise<void>;
  empty(): Promise<void>;
  setReadOnly(isReadOnly: boolean): Promise<void>;
  remove(): Promise<void>;
}

/** @throws where this user may not mount anything */
export async function createSmallDisk(): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'sync-worker-small-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'tmpfs', path]);
  } catch (error) {
    await rm(path, { recursive: true });
    throw error;
  }
  const filler = join(path, 'filler');
  return {
    path,
    fill: async () => {
      for (let page = 0; ; page += 1) {
        try {
          await writeFile(filler, Buffer.alloc(4096), { flag: 'a' });
        } catch (error) {
          if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return;
          throw error;
        }
        if (page > 100) throw new Error('The small disk is larger than it was made');
      }
    },
    empty: () => rm(filler),
    setReadOnly: async (isReadOnly) => {
      await run('mount', ['-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, path]);
    },
    remove: async () => {
      await run('umount', ['-l', path]);
      await rm(path, { recursive: true });
    },
  };
}

/** Whether this user may mount. If not, it says so where the tests are run, since they say less then. */
export async function canMakeSmallDisk(): Promise<boolean> {
  try {
    const disk = await createSmallDisk();
    await disk.remove();
    return true;
  } catch (error) {
    const [reason] = String(error).split('\n').slice(-2);
    process.stderr.write(`SKIPPED: full and read-only disks, for this user may not mount one (${reason})\n`);
    return false;
  }
}
