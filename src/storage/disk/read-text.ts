import { constants, type Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { type FileSystem, systemPorts } from './file-system.ts';
import { ifMissing, StorageUnreadableError } from './storage-errors.ts';
import { textIfUtf8, utf8Text } from './utf8-text.ts';

/** A file as it was found. */
export interface FoundFile {
  /** Undefined if its bytes are not UTF-8. */
  readonly text: string | undefined;
  readonly bytes: Uint8Array;
  /** Changes whenever the content of the file changes. */
  readonly stamp: string;
}

/** How a file is opened. */
export interface OpenOptions {
  readonly fs?: FileSystem;
  /** Whether to follow a symbolic link. @default true */
  readonly follow?: boolean;
}

type Kind = Pick<Stats, 'isFile' | 'isDirectory' | 'isFIFO' | 'isSocket' | 'isSymbolicLink'>;

/**
 * Reads the whole file; undefined if it does not exist. Anything but a regular file is refused at once: reading a FIFO would
 * wait for its writer.
 *
 * @throws StorageUnreadableError
 */
export async function readText(path: string, options: OpenOptions = {}): Promise<FoundFile | undefined> {
  try {
    const file = await openRegular(path, constants.O_RDONLY, options);
    if (file === undefined) return undefined;
    try {
      const stats = await file.stat({ bigint: true });
      needRegular(stats);
      const bytes = await file.readFile();
      return { text: textIfUtf8(bytes), bytes, stamp: stampOf(stats) };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new StorageUnreadableError(path, error);
  }
}

/** The text of a file. @throws TypeError if it is not UTF-8, or is empty */
export function decoded(found: Pick<FoundFile, 'text' | 'bytes'>): string {
  const { text = utf8Text(found.bytes) } = found;
  if (text.trim() === '') throw new TypeError('it is empty');
  return text;
}

/** Opens an existing file without waiting. @throws TypeError if it is not a regular file. @internal */
export async function openRegular(
  path: string,
  flags: number,
  { fs = systemPorts.fs, follow = true }: OpenOptions,
): Promise<FileHandle | undefined> {
  const found = await (follow ? fs.stat(path) : fs.lstat(path)).catch(ifMissing(undefined));
  if (found === undefined) return undefined;
  needRegular(found);
  // If it has just become a FIFO or a link, do not wait for it or follow it.
  const careful = constants.O_NONBLOCK | (follow ? 0 : constants.O_NOFOLLOW);
  return fs.open(path, flags | careful).catch(ifMissing(undefined));
}

/** @throws TypeError that says what it is instead. @internal */
export function needRegular(found: Kind): void {
  if (!found.isFile()) throw new TypeError(`it is ${kindOf(found)}; allowed is a regular file`);
}

/** The current stamp of a file; undefined if it does not exist. @throws StorageUnreadableError. @internal */
export async function stampNow(path: string, fs: FileSystem): Promise<string | undefined> {
  try {
    const stats = await fs.lstat(path, { bigint: true }).catch(ifMissing(undefined));
    return stats && stampOf(stats);
  } catch (error) {
    throw new StorageUnreadableError(path, error);
  }
}

/** @internal */
export function stampOf(stats: { dev: bigint; ino: bigint; size: bigint; mtimeNs: bigint }): string {
  return `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs}`;
}

function kindOf(found: Kind): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a FIFO';
  if (found.isSocket()) return 'a socket';
  return found.isSymbolicLink() ? 'a symbolic link' : 'a device';
}
