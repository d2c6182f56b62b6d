import { join } from 'node:path';
import { retryAfterUntil } from '../../policy/peer-selection.ts';
import { readPeerDocument, usablePeers } from '../../storage/disk/peer-document.ts';
import { decoded, readText } from '../../storage/disk/read-text.ts';
import { StorageUnreadableError } from '../../storage/disk/storage-errors.ts';

/**
 * Until when a peer asked to be left alone, by the record of a data folder, in Unix seconds; 0 if it did not. Nothing
 * in the folder is changed, and none is needed.
 *
 * @throws StorageUnreadableError if the record is there and cannot be read: what it says is then not known
 */
export async function recordedWait(folder: string, peerUrl: string): Promise<number> {
  const path = join(folder, 'peers.json');
  const found = await readText(path);
  if (found === undefined) return 0;
  try {
    const peers = usablePeers(readPeerDocument(decoded(found)));
    return Math.max(0, ...peers.filter((peer) => peer.peerUrl === peerUrl).map(retryAfterUntil));
  } catch (error) {
    throw new StorageUnreadableError(path, error);
  }
}
