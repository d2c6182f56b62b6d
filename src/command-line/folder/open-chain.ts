import { join } from 'node:path';
import { type ChainStore, openDiskChain } from '../../infonet/chain/chain-store.ts';
import { codeOf } from '../../storage/disk/storage-errors.ts';
import { CommandFailed, FOLDER } from '../exit-status.ts';

/** Where the chain of a data folder is. */
export function chainFolder(folder: string): string {
  return join(folder, 'chain');
}

/** @throws CommandFailed saying why it cannot be opened, and what to do */
export async function openFolderChain(folder: string): Promise<ChainStore> {
  const place = chainFolder(folder);
  try {
    return await openDiskChain(place);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const next = isLocked(error)
      ? 'another process has it open, such as sync-worker run or sync-worker peer; stop that one, or name another folder with --data'
      : 'see that it may be written to and has room, or name another folder with --data';
    throw new CommandFailed(FOLDER, `${message}; ${next}`, { cause: error });
  }
}

function isLocked(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return codeOf(error) === 'LEVEL_LOCKED' || isLocked(error.cause);
}
