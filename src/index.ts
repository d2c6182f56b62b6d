/** What an embedder needs. The policy's functions and the chart itself are in `infonet-sync-worker/core`. */
export { systemClock, unrefSystemClock } from './clock/system-clock.ts';
export { createVirtualClock, type VirtualClock } from './clock/virtual-clock.ts';
export type { WorkerClock } from './clock/worker-clock.ts';
export { formatWhy } from './explain/format-why.ts';
export type { PeerRule, PeerWhy, RetryAfterWhy, Why } from './explain/why.ts';
export {
  PeerSyncError,
  type PeerSyncErrorCode,
  type PeerSyncErrorOptions,
  PeerSyncHttpError,
  PeerSyncLocalError,
  PeerSyncProtocolError,
  PeerSyncRateLimited,
  SyncAbortedError,
} from './policy/errors.ts';
export { createPeerRecord, type PeerRecord, type PeerRecordInput } from './policy/peer-record.ts';
export { retryAfterUntil } from './policy/peer-selection.ts';
export { type RetryAfterReading, readRetryAfter } from './policy/retry-after.ts';
export {
  defaultPolicy,
  resolvePolicy,
  type SyncPolicy,
  type SyncPolicyOptions,
} from './policy/sync-policy.ts';
export { initialSyncState, type SyncOutcome, type SyncWorkerState } from './policy/sync-worker-state.ts';
export { type RefusableResponse, throwIfRefused } from './policy/throw-if-refused.ts';
export type {
  AttemptResult,
  FailedAttempt,
  SyncAnswer,
  SyncFunction,
  SyncOptions,
} from './schedule/attempt.ts';
export type { WaitRule } from './schedule/decide.ts';
export { createMemoryStorage } from './storage/memory-storage.ts';
export type { PeerStore, SavedWorker, StorageNotice, SyncStorage } from './storage/storage.ts';
export { createSyncWorker } from './worker/create-sync-worker.ts';
export type { SyncWorkerNotification } from './worker/notifications.ts';
export {
  createPeerGate,
  type PeerGate,
  type PeerGateOptions,
  type PeerHeld,
  type PeerPass,
} from './worker/peer-gate.ts';
export { type OneRun, type RunEnding, runOnce } from './worker/run-once.ts';
export type { RunOnceOptions, SavedRun } from './worker/run-once-options.ts';
export type { SyncWorker, SyncWorkerListener } from './worker/sync-worker.ts';
export type { WaitForOptions } from './worker/watch-state.ts';
export type { SyncWorkerOptions } from './worker/worker-options.ts';
