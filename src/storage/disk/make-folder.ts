import { dirname } from 'node:path';
import { type FileSystem, systemPorts } from './file-system.ts';
import { codeOf, ifUnsupported, StorageUnwritableError } from './storage-errors.ts';

/** A new folder is for its owner alone, whatever the umask. */
const PRIVATE = 0o700;

/**
 * Makes a folder, and those it lies in; true if it was not there. Not by `mkdir(…, { recursive: true })`, which never ends
 * where nothing can be made though the folder above is there: in /proc, in a mount that is gone, behind a symlink that
 * leads nowhere (openclaw/openclaw#130807).
 *
 * @throws StorageUnwritableError naming the folder
 */
export async function makeFolder(folder: string, fs: FileSystem = systemPorts.fs): Promise<boolean> {
  try {
    refusePlugAndPlay(process.versions);
    return await makeWithParents(folder, fs);
  } catch (error) {
    throw new StorageUnwritableError(folder, error);
  }
}

/**
 * Yarn's Plug'n'Play puts file handles of its own in place of Node's, and theirs bring nothing to disk (`sync()` is not
 * implemented there): said before the first file, not at the first save. @internal
 */
export function refusePlugAndPlay({ pnp }: Readonly<Record<string, string | undefined>>): void {
  if (pnp === undefined) return;
  throw new Error(
    "Yarn's Plug'n'Play has no file handles that can bring a file to disk; set nodeLinker: node-modules in .yarnrc.yml",
  );
}

async function makeWithParents(folder: string, fs: FileSystem): Promise<boolean> {
  const parent = dirname(folder);
  try {
    return await makeOne(folder, fs);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || parent === folder) throw error;
    await makeWithParents(parent, fs);
    return makeOne(folder, fs);
  }
}

async function makeOne(folder: string, fs: FileSystem): Promise<boolean> {
  try {
    await fs.mkdir(folder, PRIVATE);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return false;
  }
  await fs.chmod(folder, PRIVATE).catch(ifUnsupported);
  return true;
}
