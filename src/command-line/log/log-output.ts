import { fstatSync, writeSync } from 'node:fs';
import { messageOf } from '../../policy/thrown.ts';
import { codeOf } from '../../storage/disk/storage-errors.ts';

/** The part of `process.stdout` or `process.stderr` that is used here. */
export interface LogStream {
  /** Of the process, where it is one of the process. */
  readonly fd?: number;
  /** Bytes that wait for the reader. */
  readonly writableLength?: number;
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** Where lines go, each whole or not at all. */
export interface LogOutput {
  /** Why a line was not written; undefined if it was. */
  write(line: string): string | undefined;
}

/** What waits for a reader that has stopped to read; beyond, lines are dropped. */
const MAX_WAITING_BYTES = 1 << 20;

/**
 * Writes at once and in the same thread to a file, so that the last line before an exit is there as well. Not by the stream:
 * Node ends the stream of a file with the first write that fails, and a disk that was full has room again later.
 */
export function openLogOutput(stream: LogStream): LogOutput {
  const { fd } = stream;
  return fd !== undefined && isFile(fd) ? fileOutput(fd) : streamOutput(stream);
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch (error) {
    // Nothing is open there: the stream knows what to do with it.
    if (codeOf(error) === 'EBADF') return false;
    throw error;
  }
}

/** @param write as `writeSync` of Node. @internal */
export function fileOutput(
  fd: number,
  write: (fd: number, bytes: Uint8Array) => number = writeSync,
): LogOutput {
  /** What is left of a line that was cut off. It comes first, so that every line is whole in the end. */
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
