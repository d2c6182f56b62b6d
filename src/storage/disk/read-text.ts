import { readFile } from 'node:fs/promises';
import { ifMissing, StorageUnreadableError } from './storage-errors.ts';

/** A file as it was found. */
export interface FoundFile {
  /** Undefined if its bytes are no UTF-8. */
  readonly text: string | undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The whole file; undefined if it is not there.
 *
 * @throws StorageUnreadableError
 */
export async function readText(path: string): Promise<FoundFile | undefined> {
  try {
    const bytes = await readFile(path).catch(ifMissing(undefined));
    return bytes && { text: decode(bytes) };
  } catch (error) {
    throw new StorageUnreadableError(path, error);
  }
}

/** The text of a file. @throws TypeError if its bytes are no UTF-8, or there are none */
export function decoded({ text }: FoundFile): string {
  if (text === undefined) throw new TypeError('its bytes are no UTF-8');
  if (text.trim() === '') throw new TypeError('it is empty');
  return text;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
