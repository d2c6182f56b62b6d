import { join } from 'node:path';
import { ChainDamagedError } from '../../infonet/chain/chain-damaged-error.ts';
import { type ChainStore, openDiskChain } from '../../infonet/chain/chain-store.ts';
import { messageOf } from '../../policy/thrown.ts';
import { StorageLockedError } from '../../storage/disk/storage-errors.ts';
import { CommandFailed, FOLDER } from '../exit-status.ts';

/** The path of a data folder's chain. */
export function chainFolder(folder: string): string {
  return join(folder, 'chain');
}

/** @throws CommandFailed, saying why and what to do, if it cannot be opened */
export function openFolderChain(folder: string): Promise<ChainStore> {
  return openDiskChain(chainFolder(folder)).catch((error: unknown) => {
    throw chainFailure(error, folder);
  });
}

/** The error for a data folder without a chain. */
export function noChain(folder: string): CommandFailed {
  return new CommandFailed(
    FOLDER,
    `there is no chain in ${chainFolder(folder)}; pull one first with: sync-worker run --peer URL --data ${folder}`,
  );
}

/** The error for a failed operation on a data folder's chain, saying what to do. */
export function chainFailure(error: unknown, folder: string): CommandFailed {
  return new CommandFailed(FOLDER, textOf(error, folder), { cause: error });
}

function textOf(error: unknown, folder: string): string {
  const message = messageOf(error);
  if (error instanceof ChainDamagedError) {
    return `${message}; repair it with: sync-worker chain repair --data ${folder}`;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof StorageLockedError
    ? `the chain in ${chainFolder(folder)} cannot be opened: another process has it open (process ${cause.pid}), such as sync-worker run or sync-worker peer; stop that one, or name another folder with --data`
    : `${message}; see that it may be written to and has room, or name another folder with --data`;
}
