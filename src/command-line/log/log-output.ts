import { fstatSync, writeSync } from 'node:fs';
import { messageOf } from '../../policy/thrown.ts';
import { codeOf } from '../../storage/disk/storage-errors.ts';

/** The used part of `process.stdout` or `process.stderr`. */
export interface LogStream {
  /** The file descriptor, for streams of the process. */
  readonly fd?: number;
  /** Bytes that the reader has not read yet. */
  readonly writableLength?: number;
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** Writes lines, each completely or not at all. */
export interface LogOutput {
  /** Writes a line. @returns why it was not written; undefined if it was */
  write(line: string): string | undefined;
}

/** Maximum bytes queued for a reader that has stopped reading; beyond, lines are dropped. */
const MAX_WAITING_BYTES = 1 << 20;

/**
 * Writes to a file synchronously, so that the last line before an exit is not lost. It does not use the stream: Node ends the
 * stream of a file at the first failed write, but a full disk may have space again later.
 */
export function openLogOutput(stream: LogStream): LogOutput {
  const { fd } = stream;
  return fd !== undefined && isFile(fd) ? fileOutput(fd) : streamOutput(stream);
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch (error) {
    // The descriptor is not open: leave it to the stream.
    if (codeOf(error) === 'EBADF') return false;
    throw error;
  }
}

/** @param write Node's `writeSync` or a substitute. @internal */
export function fileOutput(
  fd: number,
  write: (fd: number, bytes: Uint8Array) => number = writeSync,
): LogOutput {
  /** The rest of a partly written line. It is written first, so that every line ends up complete. */
  let rest: Uint8Array = Buffer.alloc(0);
  const flush = (): void => {
    while (rest.length > 0) rest = rest.subarray(write(fd, rest));
  };
  return {
    write: (line) => {
      try {
        flush();
      } catch (error) {
        return messageOf(error);
      }
      const whole = Buffer.from(line);
      rest = whole;
      try {
        flush();
      } catch (error) {
        if (rest.length < whole.length) return undefined;
        rest = Buffer.alloc(0);
        return messageOf(error);
      }
      return undefined;
    },
  };
}

function streamOutput(stream: LogStream): LogOutput {
  let failure: string | undefined;
  stream.on('error', (error) => {
    failure ??= messageOf(error);
  });
  return {
    write: (line) => {
      if (failure !== undefined) return failure;
      if ((stream.writableLength ?? 0) > MAX_WAITING_BYTES) return 'nobody reads them';
      stream.write(line);
      return undefined;
    },
  };
}
