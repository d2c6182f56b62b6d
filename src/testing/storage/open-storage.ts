import type { SyncWorkerState } from '../../policy/sync-worker-state.ts';
import type { SyncStorage } from '../../storage/storage.ts';
import type { Seen } from '../world/history.ts';
import type { InnerClock } from '../world/world-clock.ts';
import { createFaultyStorage } from './faulty-storage.ts';
import type { StorageFaults } from './storage-faults.ts';

interface OpenStorageOptions {
  readonly storage?: StorageFaults | SyncStorage | undefined;
  /** The ten fields left by an earlier process. */
  readonly state?: SyncWorkerState | undefined;
}

/**
 * The storage of a world, opened once per process: the user's own, or one in memory with scripted faults. A killed process saves
 * nothing more.
 */
export function openStorage(
  { storage = {}, state }: OpenStorageOptions,
  clock: InnerClock,
  see: (seen: Seen) => void,
): { open(): SyncStorage & { kill(): void }; heal(): void } {
  const initial = state === undefined ? {} : { state };
  if (!('load' in storage)) return createFaultyStorage(storage, initial, clock, see);
  const own = storage;
  return {
    heal: () => undefined,
    open: () => {
      let isDead = false;
      return {
        kill: () => {
          isDead = true;
        },
        load: async (notify) => {
          const loaded = { ...initial, ...(await own.load(notify)) };
          see({ kind: 'loaded', saved: loaded, isNewest: true });
          return loaded;
        },
        save: async (saved) => {
          if (isDead) return;
          await own.save(saved);
          see({ kind: 'saved', saved });
        },
        close: async () => {
          if (!isDead) await own.close?.();
        },
      };
    },
  };
}
