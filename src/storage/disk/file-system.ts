import * as nodeFs from 'node:fs/promises';
import { systemClock, unrefSystemClock } from '../../clock/system-clock.ts';
import type { WorkerClock } from '../../clock/worker-clock.ts';

/** What the disk storage needs of a file system. @internal */
export type FileSystem = Pick<
  typeof nodeFs,
  | 'chmod'
  | 'copyFile'
  | 'link'
  | 'lstat'
  | 'mkdir'
  | 'open'
  | 'readdir'
  | 'realpath'
  | 'rename'
  | 'rm'
  | 'stat'
>;

/** The system functions that the disk storage uses; replaced only in tests. @internal */
export interface DiskPorts {
  readonly fs: FileSystem;
  readonly clock: WorkerClock;
  /** For timers that must not keep the process alive. */
  readonly background: WorkerClock;
}

/** @internal */
export const systemPorts: DiskPorts = { fs: nodeFs, clock: systemClock, background: unrefSystemClock };
