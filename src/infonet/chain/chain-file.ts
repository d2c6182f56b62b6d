import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { ifMissing } from '../../storage/disk/storage-errors.ts';

/** @internal */
export interface ReadableFile {
  size(): Promise<number>;
  /** Returns fewer than `length` bytes at the end of the file. */
  read(position: number, length: number): Promise<Buffer>;
}

/** The file operations a log needs. Tests implement them with a simulated disk that fails or loses power. @internal */
export interface ChainFile extends ReadableFile {
  write(bytes: Uint8Array, position: number): Promise<void>;
  truncate(size: number): Promise<void>;
  /** Flushes everything written so far to the disk. */
  sync(): Promise<void>;
  /** Whether the path still names this file. */
  isInPlace(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Opens a file: for `write`, to read and write, creating it if it is missing; for `read`, read-only.
 *
 * @throws Error of the file system; TypeError if the path is not a regular file: opening a FIFO could block forever
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
      // On a full disk, a write may store only part of the bytes before the next one fails.
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
