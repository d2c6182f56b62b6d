/**
 * A file is replaced whole or not at all, and stays replaced when the power fails. A few lines of our own, because
 * write-file-atomic (7.0) and atomically (2.1) do not sync the folder, and the rename may then be lost with the power.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, ifMissing, StorageUnwritableError } from './storage-errors.ts';
import { targetOf, temporaryName } from './temporary-file.ts';

/**
 * Writes a temporary file beside the old one, syncs it, renames it over the old one and syncs the folder.
 *
 * @param isStillWanted asked right before the rename; if not, the old file stays, and the answer is false
 * @throws StorageUnwritableError; the old file is then still whole
 */
export async function writeAtomically(
  path: string,
  text: string,
  isStillWanted: () => Promise<boolean> = async () => true,
): Promise<boolean> {
  let draft: string | undefined;
  try {
    const target = await targetOf(path);
    draft = await temporaryName(target);
    await writeDraft(draft, text, target);
    if (!(await isStillWanted())) return false;
    await rename(draft, target);
    await syncFolder(dirname(target));
    return true;
  } catch (error) {
    throw new StorageUnwritableError(path, error);
  } finally {
    if (draft !== undefined) await rm(draft, { force: true }).catch(leaveIt);
  }
}

async function writeDraft(draft: string, text: string, target: string): Promise<void> {
  const old = await stat(target).catch(ifMissing(undefined));
  const file = await open(draft, 'wx');
  try {
    await file.writeFile(text);
    if (old !== undefined) await keepAccess(file, old);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Who could read and write the old file can do so with the new one. */
async function keepAccess(
  file: FileHandle,
  old: { readonly mode: number; readonly uid: number; readonly gid: number },
): Promise<void> {
  const { uid, gid } = await file.stat();
  if (uid !== old.uid || gid !== old.gid) await file.chown(old.uid, old.gid).catch(ifNotAllowed);
  await file.chmod(old.mode & (constants.S_IRWXU | constants.S_IRWXG | constants.S_IRWXO));
}

/** Makes the names in a folder as lasting as the files. @internal */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders, and its file systems log a rename by themselves.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ifNotAllowed(error: unknown): void {
  // Only root gives a file away; as anybody else we keep it.
  if (codeOf(error) !== 'EPERM') throw error;
}

/** The error of the write itself says more, and a later load removes what is left. */
function leaveIt(): void {
  // Nothing.
}
