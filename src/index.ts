export { systemClock, unrefSystemClock } from './clock/system-clock.ts';
export { createVirtualClock, type VirtualClock } from './clock/virtual-clock.ts';
export type { WorkerClock } from './clock/worker-clock.ts';
// The core has one list of its names, and not a second one here to be forgotten.
export * from './core.ts';
export { formatWhy } from './schedule/format-why.ts';
export {
  explain,
  type PeerRule,
  type PeerWhy,
  type RetryAfterWhy,
  type WaitRule,
  type Why,
} from './schedule/why.ts';
export { createMemoryStorage } from './storage/memory-storage.ts';
export type { PeerStore, SavedWorker, StorageNotice, SyncStorage } from './storage/storage.ts';
export { createSyncWorker } from './worker/create-sync-worker.ts';
export type {
  SyncWorker,
  SyncWorkerListener,
  SyncWorkerNotification,
  SyncWorkerOptions,
  WaitForOptions,
} from './worker/sync-worker.ts';
