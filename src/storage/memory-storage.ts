import type { SavedWorker, SyncStorage } from './storage.ts';

/** Keeps a worker's memory in the process: for tests, and for workers that may forget. It is the default. */
export function createMemoryStorage(initial: Partial<SavedWorker> = {}): SyncStorage {
  let kept = initial;
  return {
    load: () => kept,
    save: (saved) => {
      kept = saved;
    },
  };
}
