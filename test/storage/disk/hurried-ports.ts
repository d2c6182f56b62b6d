import { unrefSystemClock } from '../../../src/clock/system-clock.ts';
import { type DiskPorts, type FileSystem, systemPorts } from '../../../src/storage/disk/file-system.ts';

/** Waits last a turn of the event loop, and no time that a file may hold is in the future. */
export function hurriedPorts(fs: FileSystem = systemPorts.fs): DiskPorts {
  return {
    fs,
    clock: {
      now: () => Number.MAX_SAFE_INTEGER * 1000,
      setTimeout: (callback) => setImmediate(callback),
      clearTimeout: (timer) => clearImmediate(timer as NodeJS.Immediate),
    },
    background: unrefSystemClock,
  };
}
