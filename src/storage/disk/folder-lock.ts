/**
 * One worker a folder. `flock` would be the means, and Node has none (nodejs/node#122). proper-lockfile and lockfile
 * let two in when both find a stale lock (proper-lockfile#121, lockfile#4), and tell a stale lock by its age, which
 * loses a live one to a machine that sleeps (ipfs/js-ipfs-repo#188) and blocks a restart for as long after a crash.
 */
import { randomUUID } from 'node:crypto';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import type { StorageNotice } from '../storage.ts';
import { type LockHolder, readHolder } from './lock-holder.ts';
import { thisProcess, whereaboutsOf } from './process-identity.ts';
import { codeOf, ifMissing, StorageLockedError, StorageUnwritableError } from './storage-errors.ts';

/** How often a lock may change hands while it is looked at before something else must be wrong with it. */
const MAX_LOOKS = 100;

/** A lock file that says which process holds it. A process that was killed holds it no longer. */
export interface FolderLock {
  /**
   * Makes sure that the lock is ours: takes it if nobody holds it, or whoever held it has ended.
   *
   * @throws StorageLockedError if another worker holds it; what taking it meets, such as ENOSPC
   */
  hold(notify: (notice: StorageNotice) => void): Promise<void>;
  /** Gives it back, if it is ours. */
  release(): Promise<void>;
}

export function createFolderLock(path: string): FolderLock {
  const token = randomUUID();

  const hold: FolderLock['hold'] = async (notify) => {
    if ((await readHolder(path))?.token === token) return;
    const draft = `${path}.${token}`;
    try {
      await writeFile(draft, `${JSON.stringify({ ...(await thisProcess()), token })}\n`);
      for (let look = 0; look < MAX_LOOKS; look += 1) {
        if (await isLinked(draft, path)) return;
        const holder = await readHolder(path);
        if (holder !== undefined && (await replaceDead(holder, draft, notify))) return;
      }
      throw new Error(`it is neither there nor not there, looked at ${MAX_LOOKS} times`);
    } finally {
      await rm(draft, { force: true });
    }
  };

  /**
   * Puts our lock in the place of one whose holder has ended. Removing it first and then making ours would let two in.
   * So it is replaced in one step, and only by who has the right to succeed that one holder.
   */
  const replaceDead = async (
    holder: LockHolder,
    draft: string,
    notify: (notice: StorageNotice) => void,
  ): Promise<boolean> => {
    const why = await whyFree(holder);
    const claims = await claimAfter(holder, draft).catch(async (error: unknown) => {
      // A rival that comes too late itself is not the one who has the lock.
      if ((await readHolder(path))?.token !== holder.token) return undefined;
      throw error;
    });
    if (claims === undefined) return false;
    try {
      // Whoever succeeded this holder before us took the claim away afterwards; ours is then worth nothing.
      if ((await readHolder(path))?.token !== holder.token) return false;
      await rename(draft, path);
    } finally {
      for (const claim of claims) await rm(claim, { force: true });
    }
    notify({ message: `${path}: ${why}; taken over` });
    return true;
  };

  /** The files that give the right to succeed a dead holder: one taker gets it, and if that one dies, one other. */
  const claimAfter = async (dead: LockHolder, draft: string): Promise<string[] | undefined> => {
    const claim = `${path}.after-${dead.token}`;
    if (await isLinked(draft, claim)) return [claim];
    const rival = await readHolder(claim);
    if (rival === undefined) return undefined;
    await whyFree(rival);
    const others = await claimAfter(rival, draft);
    return others && [...others, claim];
  };

  const whyFree = async (holder: LockHolder): Promise<string> => {
    if (holder.pid === 0) return 'it names no process';
    const left = `it was left by process ${holder.pid}`;
    switch (await whereaboutsOf(holder)) {
      case 'running':
        throw new StorageLockedError(path, holder.pid);
      case 'ended':
        return `${left}, which has ended`;
      default:
        return `${left} of another container, or of before the machine was started; if it still runs, its next save fails`;
    }
  };

  return {
    hold: async (notify) => {
      try {
        await hold(notify);
      } catch (error) {
        if (error instanceof StorageLockedError) throw error;
        throw new StorageUnwritableError(path, error);
      }
    },
    release: async () => {
      if ((await readHolder(path))?.token !== token) return;
      await rm(path).catch(ifMissing(undefined));
    },
  };
}

/** Makes the second name, unless it is taken: the one step in which a lock comes to be, and whole. */
async function isLinked(draft: string, name: string): Promise<boolean> {
  try {
    await link(draft, name);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}
