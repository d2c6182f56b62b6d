/**
 * A file is replaced whole or not at all, and stays replaced when the power fails. A few lines of our own, because
 * write-file-atomic (7.0) and atomically (2.1) do not sync the folder, and the rename may then be lost with the power.
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
/** A new file is for its owner alone, whatever the umask. */
const PRIVATE = 0o600n;

let made = 0;
/** Temporary files of ours that could not be removed, because the disk failed. */
const left = new Set<string>();

/**
 * Writes a temporary file beside the old one, syncs it, renames it over the old one and syncs the folder.
 *
 * @param isStillWanted asked right before the rename; if not, the old file stays
 * @returns the stamp of the new file; undefined if it was not wanted any more
 * @throws StorageUnwritableError; the old file is then still whole
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
    // A link that was put there meanwhile is not ours to follow, nor anything else ours to replace.
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

/** Removes a temporary file of ours. What fails says less than the write did, and the next call tries again. @internal */
export async function discard(path: string, fs: FileSystem): Promise<void> {
  left.add(path);
  for (const file of left) {
    await fs.rm(file, { force: true }).then(
      () => left.delete(file),
      () => undefined,
    );
  }
}

/** Makes the names in a folder as lasting as the files, where the file system can do that. @internal */
export async function syncFolder(folder: string, fs: FileSystem = systemPorts.fs): Promise<void> {
  // Windows opens no folders, and its file systems log a rename by themselves.
  if (process.platform === 'win32') return;
  try {
    const handle = await fs.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // CIFS and some FUSE file systems cannot (borgbackup/borg#1287); the rename itself is done.
    ifUnsupported(error);
  }
}

/** Where a file really is: where a symbolic link leads, the file at its end is read and replaced, not the link. */
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
    // They are in nobody's way.
    notify({ message: `Temporary files beside ${path} could not be removed`, cause });
  }
}

/** Makes a file that its owner alone may use, whatever the umask. @throws EEXIST if there is one. @internal */
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

/** Who could read and write the old file can do so with the new one; where that cannot be, its owner alone can. */
async function keepAccess(file: FileHandle, old: BigIntStats | undefined): Promise<void> {
  const { uid, gid, mode } = await file.stat({ bigint: true });
  if (old !== undefined && (uid !== old.uid || gid !== old.gid))
    await file.chown(Number(old.uid), Number(old.gid)).catch(ifUnsupported);
  const wanted = (old?.mode ?? PRIVATE) & PERMISSIONS;
  if ((mode & PERMISSIONS) !== wanted) await file.chmod(Number(wanted)).catch(ifUnsupported);
}

/** A name beside a file that no other process takes, and that says whose it is: `peers.json.4711-90210-1.tmp`. */
async function temporaryName(path: string): Promise<string> {
  const { pid, started } = await thisProcess();
  made += 1;
  return `${path}.${pid}-${started}-${made}.tmp`;
}

/** Whose temporary file for this one it is; undefined for any other file. */
async function ownerOf(name: string, of: string): Promise<ProcessIdentity | undefined> {
  if (!name.startsWith(`${of}.`)) return undefined;
  const [, pid, started] = /^\.(\d+)-(\d*)-\d+\.tmp$/.exec(name.slice(of.length)) ?? [];
  if (pid === undefined || started === undefined) return undefined;
  return { ...(await thisProcess()), pid: Number(pid), started };
}
