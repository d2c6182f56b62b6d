import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { ControlError } from './control.ts';

/** Bytes that `sun_path` has for a path; where the system is not known, what fits in all of them. */
const MAX_BYTES = process.platform === 'linux' ? 107 : 103;

/** The socket of a data folder. */
export interface SocketPath {
  /** Where it lies. */
  readonly path: string;
  /** A name for the same place that the system takes. */
  readonly name: string;
  /** The name is not used any more. */
  release(): void;
}

/** Where the socket of a data folder lies. */
export function controlSocketPath(folder: string): string {
  return join(folder, 'control.sock');
}

/**
 * The socket of a data folder. A path that is too long for a socket is named through an open handle of its folder, which
 * Linux allows.
 *
 * @throws ControlError for a path that is too long where that is not possible; what opening the folder throws
 */
export function openSocketPath(folder: string): SocketPath {
  const path = controlSocketPath(folder);
  const bytes = Buffer.byteLength(path);
  if (bytes <= MAX_BYTES) return { path, name: path, release: () => undefined };
  if (process.platform !== 'linux') {
    throw new ControlError(
      'unusable',
      `${path} has ${bytes} bytes, and the path of a Unix socket may have ${MAX_BYTES}; name the data folder by a shorter path, such as one relative to the working directory or a symbolic link to it`,
    );
  }
  const handle = openSync(folder, 'r');
  return { path, name: `/proc/self/fd/${handle}/control.sock`, release: () => closeSync(handle) };
}
