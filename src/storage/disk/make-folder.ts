import { dirname } from 'node:path';
import { type FileSystem, systemPorts } from './file-system.ts';
import { codeOf, ifUnsupported, StorageUnwritableError } from './storage-errors.ts';

/** Only the owner may use a new folder, whatever the umask. */
const PRIVATE = 0o700;

/**
 * Creates a folder and its parents; true if it did not exist. Does not use `mkdir(…, { recursive: true })`, which never ends
 * if the parent exists but nothing can be created in it: in /proc, in a mount that is gone, behind a dangling symlink
 * (openclaw/openclaw#130807).
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
 * Yarn's Plug'n'Play replaces Node's file handles with its own, which do not implement `sync()`. Refuse it at the start rather
 * than at the first save. @internal
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
