/**
 * One worker a folder. `flock` would be the means, and Node has none (nodejs/node#122). proper-lockfile and lockfile
 * let two in when both find a stale lock (proper-lockfile#121, lockfile#4), and tell a stale lock by its age, which
 * loses a live one to a machine that sleeps (ipfs/js-ipfs-repo#188) and blocks a restart for as long after a crash.
 *
 * A process of this container is looked up by its number and start. One of another container, or of another machine that
 * shares the disk, is asked: who wants its lock puts a blank behind its name, and a holder that lives takes it away.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { StorageNotice } from '../storage.ts';
import { type DiskPorts, type FileSystem, systemPorts } from './file-system.ts';
import { type LockHolder, parseHolder, readHolder } from './lock-holder.ts';
import { thisProcess, whereaboutsOf } from './process-identity.ts';
import { openRegular } from './read-text.ts';
import {
  codeOf,
  ifMissing,
  ifUnsupported,
  StorageError,
  StorageLockedError,
  StorageUnwritableError,
} from './storage-errors.ts';
import { discard, writeNew } from './write-atomically.ts';

/** How often a lock may change hands while it is looked at before something else must be wrong with it. */
const MAX_LOOKS = 100;
/** How often a holder sees whether it is asked for. It reads a short file, and writes only if it is. */
const ANSWER_SECONDS = 2;
/** How long the answer may take. So much later a worker starts after a crash in another container. */
const PATIENCE_SECONDS = 10;
const ASK_SECONDS = 0.5;

type Notify = (notice: StorageNotice) => void;

/** A lock file that says which process holds it. A process that was killed holds it no longer. */
export interface FolderLock {
  /**
   * Makes sure that the lock is ours: takes it if nobody holds it, or whoever held it has ended.
   *
   * @throws StorageLockedError if another worker holds it; what taking it meets, such as ENOSPC
   */
  hold(notify: Notify): Promise<void>;
  /** Gives it back, if it is ours. */
  release(): Promise<void>;
}

export function createFolderLock(
  path: string,
  { fs, clock, background }: DiskPorts = systemPorts,
): FolderLock {
  const token = randomUUID();
  /** Our lock before it is in place. */
  const draft = `${path}.${token}`;
  let content = '';
  let isDrafted = false;
  let isHeld = false;
  let timer: unknown;
  let notify: Notify = () => undefined;

  const take = async (): Promise<void> => {
    let holder = await readHolder(path, fs);
    if (holder?.token === token) return;
    for (let look = 0; look < MAX_LOOKS; look += 1, holder = await readHolder(path, fs)) {
      const reason = holder && (await whyFree(holder, path));
      if (holder !== undefined && reason === undefined) continue;
      await writeDraft();
      if (!(await (holder === undefined ? isMade(path) : isReplaced(holder)))) continue;
      if (reason !== undefined) notify({ message: `${path}: ${reason}; taken over` });
      else if (isHeld) notify({ message: `${path} was gone; this worker takes it again` });
      return;
    }
    throw new Error(`it is neither there nor not there, looked at ${MAX_LOOKS} times`);
  };

  const writeDraft = async (): Promise<void> => {
    if (isDrafted) return;
    isDrafted = true;
    content = `${JSON.stringify({ ...(await thisProcess()), token })}\n`;
    // Left by an earlier try, where the disk failed.
    await fs.rm(draft, { force: true });
    await writeNew(draft, content, fs);
  };

  /** Makes the file, whole, unless there is one: by a second name for the draft, or by itself where there are no hard links. */
  const isMade = async (file: string): Promise<boolean> => {
    try {
      await fs.link(draft, file).catch(async (error: unknown) => {
        ifUnsupported(error);
        await writeNew(file, content, fs).catch(async (cause: unknown) => {
          // What a full disk let us begin, and not end, would keep others waiting.
          if (codeOf(cause) !== 'EEXIST') await fs.rm(file, { force: true }).catch(() => undefined);
          throw cause;
        });
      });
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  };

  /**
   * Puts our lock in the place of one whose holder has ended. Removing it first and then making ours would let two in.
   * So it is replaced in one step, and only by who has the right to succeed that one holder.
   */
  const isReplaced = async (holder: LockHolder): Promise<boolean> => {
    const claims = await claimAfter(holder).catch(async (error: unknown) => {
      // A rival that comes too late itself is not the one who has the lock.
      if ((await readHolder(path, fs))?.token !== holder.token) return undefined;
      throw error;
    });
    if (claims === undefined) return false;
    try {
      // Whoever succeeded this holder before us took the claim away afterwards; ours is then worth nothing.
      if ((await readHolder(path, fs))?.token !== holder.token) return false;
      await fs.rename(draft, path);
    } finally {
      for (const claim of claims) await discard(claim, fs);
    }
    return true;
  };

  /** The files that give the right to succeed a dead holder: one taker gets it, and if that one dies, one other. */
  const claimAfter = async (dead: LockHolder): Promise<string[] | undefined> => {
    const claim = `${path}.after-${dead.token}`;
    if (await isMade(claim)) return [claim];
    const rival = await readHolder(claim, fs);
    if (rival === undefined || (await whyFree(rival, claim)) === undefined) return undefined;
    if (rival.token === dead.token) throw new Error(`${claim} names no process; remove that file`);
    const others = await claimAfter(rival);
    return others && [...others, claim];
  };

  /** Why the file of this holder may be taken; undefined if it has another one meanwhile. */
  const whyFree = async (holder: LockHolder, file: string): Promise<string | undefined> => {
    const isNamed = holder.pid !== 0;
    const whereabouts = isNamed ? await whereaboutsOf(holder) : 'out of sight';
    if (whereabouts === 'running') throw new StorageLockedError(path, holder.pid);
    const left = isNamed ? `it was left by process ${holder.pid}` : 'it names no process';
    if (whereabouts === 'ended') return `${left}, which has ended`;
    const elsewhere = isNamed ? `${left} of another container, or of before the machine was started` : left;
    notify({ message: `${file}: ${elsewhere}; waiting up to ${PATIENCE_SECONDS} s for its answer` });
    return (await staysSilent(holder, file)) ? `${elsewhere}, and does not answer` : undefined;
  };

  /** @throws StorageLockedError if the holder answers */
  const staysSilent = async (holder: LockHolder, file: string): Promise<boolean> => {
    if (holder.pid !== 0) {
      const asked = await openRegular(file, constants.O_WRONLY | constants.O_APPEND, { fs, follow: false });
      await asked?.write(' ');
      await asked?.close();
    }
    for (let waited = 0; waited < PATIENCE_SECONDS; waited += ASK_SECONDS) {
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, ASK_SECONDS * 1000));
      const now = await readHolder(file, fs);
      if (now?.token !== holder.token) return false;
      if (holder.pid !== 0 && !now.isAsked) throw new StorageLockedError(path, holder.pid, true);
    }
    return true;
  };

  /** Says that we live to those who cannot see us. */
  const answer = async (): Promise<void> => {
    const file = await openRegular(path, constants.O_RDWR, { fs, follow: false });
    if (file === undefined) return;
    try {
      const text = await file.readFile('utf8');
      const holder = parseHolder(text);
      // By its handle: whoever has replaced the file keeps all of his.
      if (holder.token === token && holder.isAsked)
        await file.truncate(Buffer.byteLength(text.trimEnd()) + 1);
    } finally {
      await file.close();
    }
  };

  const answerFromTimeToTime = (): void => {
    timer ??= background.setTimeout(() => {
      // What keeps us from answering keeps us from saving as well, and a save tells it.
      void answer()
        .catch(() => undefined)
        .then(() => {
          timer = undefined;
          if (isHeld) answerFromTimeToTime();
        });
    }, ANSWER_SECONDS * 1000);
  };

  return {
    hold: async (tell) => {
      notify = tell;
      try {
        await take();
      } catch (error) {
        throw error instanceof StorageError ? error : new StorageUnwritableError(path, error);
      } finally {
        if (isDrafted) await discard(draft, fs);
        isDrafted = false;
      }
      isHeld = true;
      answerFromTimeToTime();
    },
    release: async () => {
      isHeld = false;
      background.clearTimeout(timer);
      timer = undefined;
      if ((await readHolder(path, fs))?.token !== token) return;
      await fs.rm(path).catch(ifMissing(undefined));
    },
  };
}

/** Removes what processes left that ended while they took a lock. @internal */
export async function removeLockLeftovers(lockPath: string, fs: FileSystem, notify: Notify): Promise<void> {
  try {
    for (const name of await fs.readdir(dirname(lockPath))) {
      if (!name.startsWith(`${basename(lockPath)}.`)) continue;
      const path = join(dirname(lockPath), name);
      const owner = await readHolder(path, fs);
      // One that names nobody may be half written, by a process that is about to go on.
      if (owner === undefined || owner.pid === 0 || (await whereaboutsOf(owner)) !== 'ended') continue;
      await fs.rm(path, { force: true });
    }
  } catch (cause) {
    // They are in nobody's way.
    notify({ message: `Old files beside ${lockPath} could not be removed`, cause });
  }
}
