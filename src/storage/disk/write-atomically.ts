/**
 * Replaces a file completely or not at all, even if the power fails. write-file-atomic (7.0) and atomically (2.1) do not sync
 * the folder, so a power failure could undo their rename.
 */
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { StorageNotice } from '../storage.ts';
import { type FileSystem, systemPorts } from './file-system.ts';
import { type ProcessIdentity, thisProcess, whereaboutsOf } from './process-identity.ts';
import { needRegular, stampOf } from './read-text.ts';
import {
  ifMissing,
  ifUnsupported,
  StorageUnreadableError,
  StorageUnwritableError,
} from './storage-errors.ts';

const PERMISSIONS = 0o777n;
/** Only the owner may use a new file, whatever the umask. */
const PRIVATE = 0o600n;

let made = 0;
/** Our temporary files that could not be removed because the disk failed. */
const left = new Set<string>();

/**
 * Writes a temporary file beside the old one, syncs it, renames it over the old one and syncs the folder.
 *
 * @param isStillWanted called right before the rename; if it resolves to false, the old file stays
 * @returns the stamp of the new file; undefined if it was no longer wanted
 * @throws StorageUnwritableError; the old file is then still intact
 */
export async function writeAtomically(
  path: string,
  content: readonly Uint8Array[],
  fs: FileSystem,
  isStillWanted: () => Promise<boolean> = async () => true,
): Promise<string | undefined> {
  let draft: string | undefined;
  try {
    const old = await fs.lstat(path, { bigint: true }).catch(ifMissing(undefined));
    // Do not follow a link that has appeared meanwhile, nor replace anything but a regular file.
    if (old !== undefined) needRegular(old);
    draft = await temporaryName(path);
    const stamp = await writeDraft(draft, content, old, fs);
    if (!(await isStillWanted())) return undefined;
    await fs.rename(draft, path);
    await syncFolder(dirname(path), fs);
    return stamp;
  } catch (error) {
    throw new StorageUnwritableError(path, error);
  } finally {
    if (draft !== undefined) await discard(draft, fs);
  }
}

/** Removes one of our temporary files. Ignores errors: the write itself reports more, and the next call retries. @internal */
export async function discard(path: string, fs: FileSystem): Promise<void> {
  left.add(path);
  for (const file of left) {
    await fs.rm(file, { force: true }).then(
      () => left.delete(file),
      () => undefined,
    );
  }
}

/** Syncs the names in a folder to disk, if the file system supports it. @internal */
export async function syncFolder(folder: string, fs: FileSystem = systemPorts.fs): Promise<void> {
  // Windows cannot open folders, and its file systems journal renames.
  if (process.platform === 'win32') return;
  try {
    const handle = await fs.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // CIFS and some FUSE file systems cannot sync a folder (borgbackup/borg#1287); the rename itself is done.
    ifUnsupported(error);
  }
}

/** The real path of a file: for a symbolic link, its target is read and replaced, not the link. */
export async function targetOf(path: string, fs: FileSystem): Promise<string> {
  try {
    return await fs.realpath(path).catch(ifMissing(path));
  } catch (error) {
    throw new StorageUnreadableError(path, error);
  }
}

/** Removes the temporary files of processes that ended before they could rename them. */
export async function removeLeftovers(
  path: string,
  fs: FileSystem,
  notify: (notice: StorageNotice) => void,
): Promise<void> {
  try {
    for (const name of await fs.readdir(dirname(path)).catch(ifMissing<string[]>([]))) {
      const owner = await ownerOf(name, basename(path));
      if (owner === undefined || (await whereaboutsOf(owner)) === 'running') continue;
      await fs.rm(join(dirname(path), name), { force: true });
    }
  } catch (cause) {
    // Leftovers do no harm.
    notify({ message: `Temporary files beside ${path} could not be removed`, cause });
  }
}

/** Creates a file that only its owner may use, whatever the umask. @throws EEXIST if it exists. @internal */
export async function writeNew(path: string, text: string, fs: FileSystem): Promise<void> {
  const file = await fs.open(path, 'wx', Number(PRIVATE));
  try {
    await file.writeFile(Buffer.from(text));
    await keepAccess(file, undefined);
  } finally {
    await file.close();
  }
}

async function writeDraft(
  draft: string,
  content: readonly Uint8Array[],
  old: BigIntStats | undefined,
  fs: FileSystem,
): Promise<string> {
  const file = await fs.open(draft, 'wx', Number(PRIVATE));
  try {
    for (const piece of content) await file.writeFile(piece);
    await keepAccess(file, old);
    await file.sync().catch(ifUnsupported);
    return stampOf(await file.stat({ bigint: true }));
  } finally {
    await file.close();
  }
}

/** Gives the new file the owner and mode of the old one, or leaves it private if that is not possible. */
async function keepAccess(file: FileHandle, old: BigIntStats | undefined): Promise<void> {
  const { uid, gid, mode } = await file.stat({ bigint: true });
  if (old !== undefined && (uid !== old.uid || gid !== old.gid))
    await file.chown(Number(old.uid), Number(old.gid)).catch(ifUnsupported);
  const wanted = (old?.mode ?? PRIVATE) & PERMISSIONS;
  if ((mode & PERMISSIONS) !== wanted) await file.chmod(Number(wanted)).catch(ifUnsupported);
}

/** A unique name beside a file that identifies the process: `peers.json.4711-90210-1.tmp`. */
async function temporaryName(path: string): Promise<string> {
  const { pid, started } = await thisProcess();
  made += 1;
  return `${path}.${pid}-${started}-${made}.tmp`;
}

/** The process whose temporary file this is; undefined for any other file. */
async function ownerOf(name: string, of: string): Promise<ProcessIdentity | undefined> {
  if (!name.startsWith(`${of}.`)) return undefined;
  const [, pid, started] = /^\.(\d+)-(\d*)-\d+\.tmp$/.exec(name.slice(of.length)) ?? [];
  if (pid === undefined || started === undefined) return undefined;
  return { ...(await thisProcess()), pid: Number(pid), started };
}
