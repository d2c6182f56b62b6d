import { getSystemErrorMap } from 'node:util';
import { messageOf } from '../../policy/thrown.ts';
import { isRecord } from '../../policy/wire-fields.ts';

/** Identifies the errors of the disk storage without their classes. */
export type StorageErrorCode = 'storage_locked' | 'storage_unreadable' | 'storage_unwritable';

/** An error of the disk storage; the message names the file and the reason. */
export abstract class StorageError extends Error {
  abstract readonly code: StorageErrorCode;
  /** The file or folder concerned. */
  readonly path: string;

  constructor(message: string, path: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.path = path;
  }
}

/** Another worker holds the folder. Waiting does not help: stop that worker, or use another folder. */
export class StorageLockedError extends StorageError {
  override readonly name = 'StorageLockedError';
  override readonly code = 'storage_locked';
  /** The pid of the process that holds it, in its container or machine; may be this process. */
  readonly pid: number;

  constructor(lockPath: string, pid: number, isElsewhere = false) {
    const process_ = `the worker of process ${pid}${isElsewhere ? ' of another container or machine' : ''}`;
    const holder = pid === process.pid && !isElsewhere ? 'another worker of this process' : process_;
    super(`${lockPath} is held by ${holder}; stop that one, or give this one a folder of its own`, lockPath);
    this.pid = pid;
  }
}

/** A file exists but cannot be read: wrong permissions, a disk error, or not a regular file. It was left as it is. */
export class StorageUnreadableError extends StorageError {
  override readonly name = 'StorageUnreadableError';
  override readonly code = 'storage_unreadable';

  constructor(path: string, cause: unknown) {
    super(`${path} could not be read: ${reasonOf(cause)}`, path, cause);
  }
}

/** A file could not be written: the disk is full or not writable. Its old content is still there. */
export class StorageUnwritableError extends StorageError {
  override readonly name = 'StorageUnwritableError';
  override readonly code = 'storage_unwritable';

  constructor(path: string, cause: unknown) {
    super(`${path} could not be written: ${reasonOf(cause)}`, path, cause);
  }
}

/** The code of a file system error, such as ENOENT; undefined for any other error. @internal */
export function codeOf(error: unknown): string | undefined {
  // Not `instanceof Error`: in the vm contexts of test runners, errors of node:fs come from another realm.
  return isRecord(error) && typeof error['code'] === 'string' ? error['code'] : undefined;
}

/** For a missing file, gives a value instead; rethrows any other error. @internal */
export function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error) === 'ENOENT') return value;
    throw error;
  };
}

/** Ignores that a file system does not support or permit an operation; rethrows any other error. @internal */
export function ifUnsupported(error: unknown): void {
  if (!UNSUPPORTED.includes(codeOf(error) ?? '')) throw error;
}

const UNSUPPORTED = ['EPERM', 'EACCES', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EBADF'];

/** `no space left on device (ENOSPC)`, without the system call and the path of the temporary file, which do not help. */
function reasonOf(cause: unknown): string {
  const errno = isRecord(cause) ? cause['errno'] : undefined;
  const [name, words] = typeof errno === 'number' ? (getSystemErrorMap().get(errno) ?? []) : [];
  return name === undefined ? messageOf(cause) : `${words} (${name})`;
}
