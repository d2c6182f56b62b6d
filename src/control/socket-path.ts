import { join } from 'node:path';
import { ControlError } from './control-error.ts';

/** Bytes that `sun_path` has for a path; where the system is not known, what fits in all of them. */
const mostBytes = process.platform === 'linux' ? 107 : 103;

/** Where the socket of a data folder lies. */
export function controlSocketPath(folder: string): string {
  return join(folder, 'control.sock');
}

/** Whether a socket cannot have this path: some systems would cut it off in silence. */
export function isTooLong(path: string): boolean {
  return Buffer.byteLength(path) > mostBytes;
}

/** @throws ControlError for a path that is too long for a Unix socket */
export function checkSocketPath(path: string): void {
  if (!isTooLong(path)) return;
  const bytes = Buffer.byteLength(path);
  throw new ControlError(
    'unusable',
    `${path} has ${bytes} bytes, and the path of a Unix socket may have ${mostBytes}; name the data folder by a shorter path, such as one relative to the working directory or a symbolic link to it`,
  );
}
