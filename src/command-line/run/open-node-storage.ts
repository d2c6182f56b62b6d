import { newPeer } from '../../control/change-peers.ts';
import type { PeerRecord } from '../../policy/peer-record.ts';
import { createDiskStorage, type DiskStorage } from '../../storage/disk/disk-storage.ts';
import type { StorageNotice, SyncStorage } from '../../storage/storage.ts';

/** What a node's storage is opened for. */
export interface NodeStorageOptions {
  readonly folder: string;
  /** Added to the peers that are stored. */
  readonly peers: readonly string[];
  /** Unix seconds. */
  readonly now: () => number;
}

/** The storage of a node, and the folder that is held until it is given back. */
export interface NodeStorage {
  /** Its `load` gives what was found, and the configured peers. */
  readonly storage: SyncStorage;
  readonly reread: DiskStorage['reread'];
  /** Gives the folder back: a stopped worker does not, since its chain may still be open. */
  release(): Promise<void>;
}

/**
 * The storage in a data folder, loaded, so that the folder is ours before anything else in it is opened.
 *
 * @throws StorageError
 */
export async function openNodeStorage({ folder, peers, now }: NodeStorageOptions): Promise<NodeStorage> {
  const disk = createDiskStorage(folder);
  const early: StorageNotice[] = [];
  let report = (notice: StorageNotice): void => void early.push(notice);
  const saved = await disk.load((notice) => report(notice));
  const load: SyncStorage['load'] = (notify) => {
    report = notify;
    for (const notice of early.splice(0)) notify(notice);
    return { ...saved, peers: withConfigured(saved.peers ?? [], peers, now()) };
  };
  return {
    storage: { load, save: disk.save },
    reread: disk.reread,
    release: async () => disk.close?.(),
  };
}

/**
 * The peers that are stored, and those that are configured beside them. A configured peer that was removed, and is
 * remembered for its Retry-After alone, is a peer again and keeps it. One that is disabled stays so.
 *
 * @param now Unix seconds
 */
export function withConfigured(
  stored: readonly PeerRecord[],
  urls: readonly string[],
  now: number,
): readonly PeerRecord[] {
  const wanted = new Set(urls);
  const kept = stored.map((peer) => {
    if (peer.bucket !== 'sync' || !wanted.delete(peer.peerUrl)) return peer;
    return peer.removed ? { ...peer, enabled: true, removed: false } : peer;
  });
  return [...kept, ...[...wanted].map((peerUrl) => newPeer(peerUrl, now))];
}
