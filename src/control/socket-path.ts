import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { ControlError } from './control.ts';

/** Maximum bytes of a path in `sun_path`: on Linux, else what fits on every system. */
const MAX_BYTES = process.platform === 'linux' ? 107 : 103;

/** The socket of a data folder. */
export interface SocketPath {
  /** Its path, to show. */
  readonly path: string;
  /** A name of the same place that the system accepts. */
  readonly name: string;
  /** Must be called when the name is no longer used. */
  release(): void;
}

/** The path of the socket of a data folder. */
export function controlSocketPath(folder: string): string {
  return join(folder, 'control.sock');
}

/**
 * The socket of a data folder. A path that is too long for a socket is named through an open handle of its folder, on Linux.
 *
 * @throws ControlError for a path that is too long, on other systems; the error of opening the folder
 */
export function openSocketPath(folder: string): SocketPath {
  const path = controlSocketPath(folder);
  const bytes = Buffer.byteLength(path);
  if (bytes <= MAX_BYTES) return { path, name: path, release: () => undefined };
  if (process.platform !== 'linux') {
    throw new ControlError(
      'unusable',
      `${path} has ${bytes} bytes, but the path of a Unix socket may have at most ${MAX_BYTES}; name the data folder by a shorter path, such as one relative to the working directory or a symbolic link to it`,
    );
  }
  const handle = openSync(folder, 'r');
  return { path, name: `/proc/self/fd/${handle}/control.sock`, release: () => closeSync(handle) };
}
