/**
 * Locks a folder for one worker. `flock` would be the right tool, but Node does not have it (nodejs/node#122). proper-lockfile
 * and lockfile let two processes in when both find a stale lock (proper-lockfile#121, lockfile#4). They also judge staleness by
 * age, which takes a live lock from a machine that sleeps (ipfs/js-ipfs-repo#188) and delays every restart after a crash.
 *
 * A process of this container is looked up by its pid and start time. A process of another container, or of another machine
 * that shares the disk, is asked: the process that wants the lock appends a space to the lock file, and a live holder removes it.
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

/** How often the lock may change while we try to take it, before we give up. */
const MAX_TRIES = 100;
/** How often a holder checks whether it is asked. It reads a short file, and writes only if it is asked. */
const ANSWER_SECONDS = 2;
/** How long to wait for the answer. This delays a start after a crash in another container. */
const PATIENCE_SECONDS = 10;
const ASK_SECONDS = 0.5;

type Notify = (notice: StorageNotice) => void;

/** A lock file that names the process that holds it. A killed process no longer holds it. */
export interface FolderLock {
  /**
   * Makes sure that we hold the lock: takes it if it is free, or if the process that held it has ended.
   *
   * @throws StorageLockedError if another worker holds it; StorageUnwritableError if it cannot be written
   */
  hold(notify: Notify): Promise<void>;
  /** Releases the lock, if it is ours. */
  release(): Promise<void>;
}

export function createFolderLock(
  path: string,
  { fs, clock, background }: DiskPorts = systemPorts,
): FolderLock {
  const token = randomUUID();
  /** The file with our lock, before it is linked or renamed to `path`. */
  const draft = `${path}.${token}`;
  let content = '';
  let isDrafted = false;
  let isHeld = false;
  let timer: unknown;
  let notify: Notify = () => undefined;

  const take = async (): Promise<void> => {
    let holder = await readHolder(path, fs);
    if (holder?.token === token) return;
    for (let turn = 0; turn < MAX_TRIES; turn += 1, holder = await readHolder(path, fs)) {
      const reason = holder && (await whyFree(holder, path));
      if (holder !== undefined && reason === undefined) continue;
      await writeDraft();
      if (!(await (holder === undefined ? isMade(path) : isReplaced(holder)))) continue;
      if (reason !== undefined) notify({ message: `${path}: ${reason}; taken over` });
      else if (isHeld) notify({ message: `${path} was gone; this worker takes it again` });
      return;
    }
    throw new Error(`it appeared and disappeared again in each of ${MAX_TRIES} tries`);
  };

  const writeDraft = async (): Promise<void> => {
    if (isDrafted) return;
    isDrafted = true;
    content = `${JSON.stringify({ ...(await thisProcess()), token })}\n`;
    // It may be left over from an earlier try in which the disk failed.
    await fs.rm(draft, { force: true });
    await writeNew(draft, content, fs);
  };

  /** Creates the complete file unless it exists: as a hard link to the draft, or by writing it where links are unsupported. */
  const isMade = async (file: string): Promise<boolean> => {
    try {
      await fs.link(draft, file).catch(async (error: unknown) => {
        ifUnsupported(error);
        await writeNew(file, content, fs).catch(async (cause: unknown) => {
          // On a full disk the file may be incomplete, which would keep others waiting: remove it.
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
   * Replaces a lock whose holder has ended. Removing it first and then creating ours would let two processes in, so it is
   * replaced in one step, and only by the process that holds the claim to succeed that holder.
   */
  const isReplaced = async (holder: LockHolder): Promise<boolean> => {
    const claims = await claimAfter(holder).catch(async (error: unknown) => {
      // If the lock has changed hands meanwhile, the rival that we met came too late as well.
      if ((await readHolder(path, fs))?.token !== holder.token) return undefined;
      throw error;
    });
    if (claims === undefined) return false;
    try {
      // If another process succeeded this holder first, it removed its claim, and ours is void.
      if ((await readHolder(path, fs))?.token !== holder.token) return false;
      await fs.rename(draft, path);
    } finally {
      for (const claim of claims) await discard(claim, fs);
    }
    return true;
  };

  /** Claims the right to succeed a dead holder. One process gets it; if that one dies, one other can. Returns the claim files. */
  const claimAfter = async (dead: LockHolder): Promise<string[] | undefined> => {
    const claim = `${path}.after-${dead.token}`;
    if (await isMade(claim)) return [claim];
    const rival = await readHolder(claim, fs);
    if (rival === undefined || (await whyFree(rival, claim)) === undefined) return undefined;
    if (rival.token === dead.token) throw new Error(`${claim} names no process; remove that file`);
    const others = await claimAfter(rival);
    return others && [...others, claim];
  };

  /** Why the file of this holder may be taken; undefined if the holder has changed meanwhile. */
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

  /** Answers processes that cannot see whether we are alive. */
  const answer = async (): Promise<void> => {
    const file = await openRegular(path, constants.O_RDWR, { fs, follow: false });
    if (file === undefined) return;
    try {
      const text = await file.readFile('utf8');
      const holder = parseHolder(text);
      // Use the handle, so that a file that has replaced ours is not truncated.
      if (holder.token === token && holder.isAsked)
        await file.truncate(Buffer.byteLength(text.trimEnd()) + 1);
    } finally {
      await file.close();
    }
  };

  const keepAnswering = (): void => {
    timer ??= background.setTimeout(() => {
      // An error here also makes the next save fail, and that reports it.
      void answer()
        .catch(() => undefined)
        .then(() => {
          timer = undefined;
          if (isHeld) keepAnswering();
        });
    }, ANSWER_SECONDS * 1000);
  };

  return {
    hold: async (onNotice) => {
      notify = onNotice;
      try {
        await take();
      } catch (error) {
        throw error instanceof StorageError ? error : new StorageUnwritableError(path, error);
      } finally {
        if (isDrafted) await discard(draft, fs);
        isDrafted = false;
      }
      isHeld = true;
      keepAnswering();
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

/** Removes the files of processes that ended while they took a lock. @internal */
export async function removeLockLeftovers(lockPath: string, fs: FileSystem, notify: Notify): Promise<void> {
  try {
    for (const name of await fs.readdir(dirname(lockPath))) {
      if (!name.startsWith(`${basename(lockPath)}.`)) continue;
      const path = join(dirname(lockPath), name);
      const owner = await readHolder(path, fs);
      // A file that names no process may be half written by a live one.
      if (owner === undefined || owner.pid === 0 || (await whereaboutsOf(owner)) !== 'ended') continue;
      await fs.rm(path, { force: true });
    }
  } catch (cause) {
    // Leftovers do no harm.
    notify({ message: `Old files beside ${lockPath} could not be removed`, cause });
  }
}
