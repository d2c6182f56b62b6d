import { getSystemErrorMap } from 'node:util';
import { messageOf } from '../../policy/thrown.ts';
import { isRecord } from '../../policy/wire-fields.ts';

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

/** Another worker has the folder. Waiting does not help; stopping that worker, or another folder, does. */
export class StorageLockedError extends StorageError {
  override readonly name = 'StorageLockedError';
  override readonly code = 'storage_locked';
  /** The process that has it, by its number in the container or machine it runs in; it may be this one. */
  readonly pid: number;

  constructor(lockPath: string, pid: number, isElsewhere = false) {
    const process_ = `the worker of process ${pid}${isElsewhere ? ' of another container or machine' : ''}`;
    const holder = pid === process.pid && !isElsewhere ? 'another worker of this process' : process_;
    super(`${lockPath} is held by ${holder}; stop that one, or give this one a folder of its own`, lockPath);
    this.pid = pid;
  }
}

/** A file is there and cannot be read: its permissions, the disk, or it is no regular file. It was left as it is. */
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
  // Not instanceof Error: in a vm context, as test runners make them, errors of node:fs are of another realm.
  return isRecord(error) && typeof error['code'] === 'string' ? error['code'] : undefined;
}

/** What to give where a file is not there; any other error is thrown on. @internal */
export function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error) === 'ENOENT') return value;
    throw error;
  };
}

/** Passes over that a file system cannot do something, or does not let us; any other error is thrown on. @internal */
export function ifUnsupported(error: unknown): void {
  if (!UNSUPPORTED.includes(codeOf(error) ?? '')) throw error;
}

const UNSUPPORTED = ['EPERM', 'EACCES', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EBADF'];

/** `no space left on device (ENOSPC)`: without the call and the path of the temporary file, which help nobody. */
function reasonOf(cause: unknown): string {
  const errno = isRecord(cause) ? cause['errno'] : undefined;
  const [name, words] = typeof errno === 'number' ? (getSystemErrorMap().get(errno) ?? []) : [];
  return name === undefined ? messageOf(cause) : `${words} (${name})`;
}
