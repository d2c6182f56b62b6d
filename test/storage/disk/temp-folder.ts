import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** In memory where the system has such a place: a property of a thousand runs would wait for a disk most of its time. */
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A temporary folder for a test, removed at its end, with new folders in it for each run of a property. */
export async function tempFolder(): Promise<{ readonly path: string; next(): string }> {
  const path = await realpath(await mkdtemp(join(base, 'sync-worker-disk-')));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  let made = 0;
  return {
    path,
    next: () => {
      made += 1;
      return join(path, String(made));
    },
  };
}
