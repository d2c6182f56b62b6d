import { relative } from 'node:path';

/** The shorter of a folder's names, seen from here: the path of a Unix socket in it may have about a hundred bytes. */
export function shortPath(folder: string, cwd: string): string {
  const fromHere = relative(cwd, folder) || '.';
  return fromHere.length < folder.length ? fromHere : folder;
}
