import { join } from 'node:path';
import { boundWaits } from '../../policy/bounds.ts';
import type { PeerRecord } from '../../policy/peer-record.ts';
import { retryAfterUntil } from '../../policy/peer-selection.ts';
import { defaultPolicy } from '../../policy/sync-policy.ts';
import { initialSyncState } from '../../policy/sync-worker-state.ts';
import { readPeerDocument, usablePeers } from '../../storage/disk/peer-document.ts';
import { decoded, readText } from '../../storage/disk/read-text.ts';
import { StorageUnreadableError } from '../../storage/disk/storage-errors.ts';

/** Until when a peer asked to be left alone. */
export interface RecordedWait {
  /** In Unix seconds; 0 if it did not. */
  readonly until: number;
  /** The record names a time that no answer can have named: the clock was set back. The wait is the longest one there is. */
  readonly isBounded: boolean;
}

/**
 * What the record of a data folder says of a peer, as a worker would take it now. Nothing in the folder is changed, and none
 * is needed.
 *
 * @throws StorageUnreadableError if the record is there and cannot be read: what it says is then not known
 */
export async function recordedWait(folder: string, peerUrl: string, now: number): Promise<RecordedWait> {
  const path = join(folder, 'peers.json');
  const found = await readText(path);
  if (found === undefined) return { until: 0, isBounded: false };
  try {
    const all = usablePeers(readPeerDocument(decoded(found)));
    const stored = all.filter((peer) => peer.peerUrl === peerUrl);
    const { records } = boundWaits(initialSyncState(), stored, { now, policy: defaultPolicy });
    const latest = (peers: readonly PeerRecord[]): number => Math.max(0, ...peers.map(retryAfterUntil));
    return { until: latest(records), isBounded: latest(records) < latest(stored) };
  } catch (error) {
    throw new StorageUnreadableError(path, error);
  }
}
