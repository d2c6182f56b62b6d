import type { PeerRecordInput } from '../policy/peer-record.ts';
import { createMemoryStorage } from '../storage/memory-storage.ts';
import type { PeerStore, SavedWorker, SyncStorage } from '../storage/storage.ts';

/** One storage for the ten fields and the peers, also where the peers are kept in a store of their own. */
export function openStorage(
  storage: SyncStorage = createMemoryStorage(),
  peers?: readonly (string | PeerRecordInput)[] | PeerStore,
): SyncStorage {
  if (!isPeerStore(peers)) return storage;
  let kept: SavedWorker['peers'] | undefined;
  return {
    load: async (notify) => {
      const { state } = await storage.load(notify);
      kept = await peers.load(notify);
      return { ...(state === undefined ? {} : { state }), peers: kept };
    },
    save: async (saved) => {
      await storage.save(saved);
      if (saved.peers === kept) return;
      await peers.save(saved.peers);
      kept = saved.peers;
    },
    close: async () => {
      try {
        await peers.close?.();
      } finally {
        await storage.close?.();
      }
    },
  };
}

export function isPeerStore(
  peers: readonly (string | PeerRecordInput)[] | PeerStore | undefined,
): peers is PeerStore {
  return peers !== undefined && 'load' in peers;
}
