import { getSystemErrorMap } from 'node:util';

/** Tells the errors of the disk storage apart without their classes. */
export type StorageErrorCode = 'storage_locked' | 'storage_unreadable' | 'storage_unwritable';

/** The disk storage could not do what was asked; the message says with which file, and why. */
export abstract class StorageError extends Error {
  abstract readonly code: StorageErrorCode;
  /** The file or folder it is about. */
  readonly path: string;

  constructor(message: string, path: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.path = path;
  }
}

/** Another worker has the folder. Waiting does not help; ending that worker, or another folder, does. */
export class StorageLockedError extends StorageError {
  override readonly name = 'StorageLockedError';
  override readonly code = 'storage_locked';
  /** The process that has it; it may be this one. */
  readonly pid: number;

  constructor(lockPath: string, pid: number) {
    const holder = pid === process.pid ? 'another worker of this process' : `the worker of process ${pid}`;
    super(`${lockPath} is held by ${holder}; stop that one, or give this one a folder of its own`, lockPath);
    this.pid = pid;
  }
}

/** A file is there and cannot be read: its permissions, or the disk. It was left as it is. */
export class StorageUnreadableError extends StorageError {
  override readonly name = 'StorageUnreadableError';
  override readonly code = 'storage_unreadable';

  constructor(path: string, cause: unknown) {
    super(`${path} could not be read: ${reasonOf(cause)}`, path, cause);
  }
}

/** A file could not be written: the disk is full, or may not be written to. What it held before is still there. */
export class StorageUnwritableError extends StorageError {
  override readonly name = 'StorageUnwritableError';
  override readonly code = 'storage_unwritable';

  constructor(path: string, cause: unknown) {
    super(`${path} could not be written: ${reasonOf(cause)}`, path, cause);
  }
}

/** The code of an error of the file system, such as ENOENT; undefined for any other error. @internal */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What to give where a file is not there; any other error is thrown on. @internal */
export function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error) === 'ENOENT') return value;
    throw error;
  };
}

/** `no space left on device (ENOSPC)`: without the call and the path of the temporary file, which help nobody. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const [name, words] =
    'errno' in cause && typeof cause.errno === 'number' ? (getSystemErrorMap().get(cause.errno) ?? []) : [];
  return name === undefined ? cause.message : `${words} (${name})`;
}
