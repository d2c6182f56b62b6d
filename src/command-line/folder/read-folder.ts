import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PeerRecord } from '../../policy/peer-record.ts';
import { initialSyncState, type SyncWorkerState } from '../../policy/sync-worker-state.ts';
import { fromWire } from '../../policy/sync-worker-state-wire.ts';
import { messageOf } from '../../policy/thrown.ts';
import { readPeerDocument, usablePeers } from '../../storage/disk/peer-document.ts';
import { decoded, readText } from '../../storage/disk/read-text.ts';
import { StorageError } from '../../storage/disk/storage-errors.ts';
import { CommandFailed, FOLDER } from '../exit-status.ts';

/** What a stopped worker has left in its data folder. */
export interface FolderContents {
  readonly state: SyncWorkerState;
  readonly peers: readonly PeerRecord[];
}

/**
 * Reads a data folder without creating or changing anything in it.
 *
 * @throws CommandFailed if it does not exist, or a file in it cannot be read
 */
export async function readFolder(folder: string): Promise<FolderContents> {
  await checkFolder(folder);
  const [state, peers] = await Promise.all([
    readFile(join(folder, 'sync-state.json'), (text) => fromWire(JSON.parse(text))),
    readFile(join(folder, 'peers.json'), (text) => usablePeers(readPeerDocument(text))),
  ]);
  return { state: state ?? initialSyncState(), peers: peers ?? [] };
}

/** @throws CommandFailed if the data folder does not exist */
export async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const what = found === undefined ? 'is not there' : 'is no folder';
  throw new CommandFailed(
    FOLDER,
    `the data folder ${folder} ${what}; name it with --data, or make it with: sync-worker run --data ${folder}`,
  );
}

async function readFile<T>(path: string, read: (text: string) => T): Promise<T | undefined> {
  try {
    const found = await readText(path);
    return found && read(decoded(found));
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const reason = messageOf(error);
    throw new CommandFailed(
      FOLDER,
      `${path} is not to be read: ${reason}; a worker that starts sets such a file aside`,
    );
  }
}
