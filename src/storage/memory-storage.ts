import type { SavedWorker, SyncStorage } from './storage.ts';

/** Keeps the saved state in memory: for tests, or if a restart may lose it. This is the default. */
export function createMemoryStorage(initial: Partial<SavedWorker> = {}): SyncStorage {
  let kept = initial;
  return {
    load: () => kept,
    save: (saved) => {
      kept = saved;
    },
  };
}
