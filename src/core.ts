export type {
  SyncWorkerActor,
  SyncWorkerMachine,
  SyncWorkerPorts,
  SyncWorkerStateValue,
} from '../machines/sync-worker.contract.ts';
export { safeReadings } from './clock/safe-readings.ts';
export { CLOCK_CHECK_SECONDS, createWallClock, type WallClock } from './clock/wall-clock.ts';
export type { WorkerClock } from './clock/worker-clock.ts';
export { type BoundReason, type BoundWaits, boundWaits, longestWait } from './policy/bounds.ts';
export {
  type AbortCode,
  PeerSyncError,
  type PeerSyncErrorCode,
  type PeerSyncErrorOptions,
  PeerSyncHttpError,
  PeerSyncLocalError,
  PeerSyncProtocolError,
  PeerSyncRateLimited,
  SyncAbortedError,
} from './policy/errors.ts';
export {
  addJitter,
  type FailureBackoffOptions,
  failureBackoff,
  type JitterOptions,
} from './policy/failure-backoff.ts';
export {
  createPeerList,
  createPeerRecord,
  type PeerBucket,
  type PeerRecord,
  type PeerRecordInput,
  type PeerRetryAfter,
} from './policy/peer-record.ts';
export {
  eligibleSyncPeers,
  isInRetryAfter,
  isSyncPeer,
  nextAskAt,
  type PeerSelectionOptions,
  retryAfterUntil,
} from './policy/peer-selection.ts';
export {
  type RecordSyncFailureOptions,
  type RecordSyncSuccessOptions,
  type ResetPeerOptions,
  recordHeld,
  recordSeen,
  recordSyncFailure,
  recordSyncSuccess,
  recordWithdrawal,
  resetPeer,
} from './policy/peer-updates.ts';
export { normalizePeerUrl } from './policy/peer-url.ts';
export { peerFromWire, peerToWire } from './policy/peer-wire.ts';
export {
  MAX_RETRY_AFTER_SECONDS,
  parseRetryAfter,
  type RetryAfterForm,
  type RetryAfterOptions,
  type RetryAfterReading,
  readRetryAfter,
} from './policy/retry-after.ts';
export { safeText } from './policy/safe-text.ts';
export {
  defaultPolicy,
  MAX_LOCAL_FAULT_SECONDS,
  MIN_RUN_GAP_SECONDS,
  resolvePolicy,
  type SyncPolicy,
  type SyncPolicyOptions,
} from './policy/sync-policy.ts';
export {
  type BeginSyncOptions,
  beginSync,
  continueSync,
  type FinishSoloSyncOptions,
  type FinishSyncOptions,
  finishSoloSync,
  finishSync,
  lastSettled,
  type ShouldRunSyncOptions,
  shouldRunSync,
  type WithdrawSyncOptions,
  withdrawSync,
} from './policy/sync-run.ts';
export {
  initialSyncState,
  type SyncOutcome,
  type SyncWorkerState,
  syncOutcomes,
} from './policy/sync-worker-state.ts';
export { fromWire, type SyncWorkerStateWire, toWire } from './policy/sync-worker-state-wire.ts';
export type {
  AttemptResult,
  FailedAttempt,
  HeldAttempt,
  SyncAnswer,
  SyncFunction,
  SyncHeld,
  SyncOptions,
} from './schedule/attempt.ts';
export type { Decision, WaitRule } from './schedule/decide.ts';
export type { AttemptInput } from './schedule/run-attempt.ts';
export type {
  DueReason,
  Run,
  RunFailure,
  SyncRequest,
  WorkerContext,
  WorkerInput,
} from './schedule/worker-context.ts';
export type {
  AttemptFinished,
  RunStuck,
  SyncWorkerEmitted,
  SyncWorkerEvent,
  WaitsBounded,
} from './schedule/worker-events.ts';
export {
  createSyncWorkerMachine,
  type SyncWorkerMachineOptions,
  syncWorkerMachine,
} from './worker/sync-worker-machine.ts';
