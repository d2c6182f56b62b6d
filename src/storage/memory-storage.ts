import type { SavedWorker, SyncStorage } from './storage.ts';

/** Keeps what a worker saves in the process: for tests, and where a restart may begin anew. It is the default. */
export function createMemoryStorage(initial: Partial<SavedWorker> = {}): SyncStorage {
  let kept = initial;
  return {
    load: () => kept,
    save: (saved) => {
      kept = saved;
    },
  };
}
