import { systemNow } from '../../clock/system-ports.ts';
import { changePeers } from '../../control/change-peers.ts';
import type { PeerChange } from '../../control/control.ts';
import type { WorkerStatus } from '../../operations/worker-status.ts';
import { peerToWire } from '../../policy/peer-wire.ts';
import { initialSyncState } from '../../policy/sync-worker-state.ts';
import { createDiskStorage } from '../../storage/disk/disk-storage.ts';
import { StorageLockedError } from '../../storage/disk/storage-errors.ts';
import type { StorageNotice } from '../../storage/storage.ts';
import type { Host } from '../host.ts';
import type { Settings } from '../settings/settings.ts';
import { reachWorker } from './reach-node.ts';

/**
 * Changes the peers of a data folder: through its running worker, or else under the folder's lock.
 *
 * @returns the peers after the change, under their wire names
 * @throws StorageError, or the reason why the change was refused
 */
export async function changeStoredPeers(
  settings: Pick<Settings, 'data'>,
  host: Host,
  change: PeerChange,
): Promise<WorkerStatus['peers']> {
  const control = await reachWorker(settings, host);
  if (control !== undefined) return control.changePeers(change);
  try {
    const { peers, notices } = await changeFiles(settings.data, change);
    for (const { message } of notices) host.stderr.write(`${message}\n`);
    return peers;
  } catch (error) {
    if (!(error instanceof StorageLockedError)) throw error;
    // A worker may have started just now.
    const late = await reachWorker(settings, host);
    if (late === undefined) throw error;
    return late.changePeers(change);
  }
}

interface ChangedFiles {
  readonly peers: WorkerStatus['peers'];
  readonly notices: readonly StorageNotice[];
}

async function changeFiles(folder: string, change: PeerChange): Promise<ChangedFiles> {
  const storage = createDiskStorage(folder);
  const notices: StorageNotice[] = [];
  const { state = initialSyncState(), peers = [] } = await storage.load((notice) => notices.push(notice));
  try {
    const changed = changePeers(peers, change, systemNow());
    await storage.save({ state, peers: changed });
    return { peers: changed.map(peerToWire), notices };
  } finally {
    await storage.close?.();
  }
}
