import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { ifMissing } from '../../storage/disk/storage-errors.ts';

/** @internal */
export interface ReadableFile {
  size(): Promise<number>;
  /** Fewer bytes than asked for where the file ends. */
  read(position: number, length: number): Promise<Buffer>;
}

/** What a log needs of a file. Tests put a disk behind it that fails, or loses its power, by a script. @internal */
export interface ChainFile extends ReadableFile {
  write(bytes: Uint8Array, position: number): Promise<void>;
  truncate(size: number): Promise<void>;
  /** Everything written so far is on the disk afterwards. */
  sync(): Promise<void>;
  /** Whether its path still leads to it. */
  isInPlace(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Opens a file to read and write, and makes it where it is not there; or opens it to read only.
 *
 * @throws Error of the file system; TypeError if it is no file: a FIFO would wait for its other end for ever
 */
export async function openChainFile(path: string, access: 'read' | 'write'): Promise<ChainFile> {
  const { O_RDONLY, O_RDWR, O_CREAT, O_NONBLOCK = 0 } = constants;
  const handle = await open(path, O_NONBLOCK | (access === 'write' ? O_RDWR | O_CREAT : O_RDONLY), 0o600);
  const own = await handle.stat();
  if (!own.isFile()) {
    await handle.close();
    throw new TypeError(`${path} is no file`);
  }
  return {
    size: async () => (await handle.stat()).size,
    read: (position, length) => readFully(handle, position, length),
    write: async (bytes, position) => {
      // Where room runs out, a part is written first and the rest fails.
      for (let done = 0; done < bytes.length; ) {
        done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
      }
    },
    truncate: (size) => handle.truncate(size),
    sync: () => handle.datasync(),
    isInPlace: async () => {
      const there = await stat(path).catch(ifMissing(undefined));
      return there?.ino === own.ino && there.dev === own.dev;
    },
    close: () => handle.close(),
  };
}

async function readFully(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
