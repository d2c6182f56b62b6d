export type {
  AttemptInput,
  SyncWorkerActor,
  SyncWorkerMachine,
  SyncWorkerPorts,
  SyncWorkerStateValue,
} from '../machines/sync-worker.contract.ts';
export { createSyncWorkerMachine, syncWorkerMachine } from '../machines/sync-worker.machine.ts';
export {
  PeerSyncError,
  type PeerSyncErrorCode,
  type PeerSyncErrorOptions,
  PeerSyncHttpError,
  PeerSyncProtocolError,
  PeerSyncRateLimited,
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
  peerFromWire,
  peerToWire,
} from './policy/peer-record.ts';
export {
  eligibleSyncPeers,
  exclusionReason,
  isSyncPeer,
  nextAskAt,
  type PeerSelectionOptions,
  retryAfterUntil,
} from './policy/peer-selection.ts';
export {
  type RecordSyncFailureOptions,
  type RecordSyncSuccessOptions,
  type ResetPeerOptions,
  recordSeen,
  recordSyncFailure,
  recordSyncSuccess,
  resetPeer,
} from './policy/peer-updates.ts';
export { normalizePeerUrl } from './policy/peer-url.ts';
export {
  MAX_RETRY_AFTER_SECONDS,
  parseRetryAfter,
  type RetryAfterForm,
  type RetryAfterOptions,
  type RetryAfterReading,
  readRetryAfter,
} from './policy/retry-after.ts';
export {
  CLOCK_CHECK_SECONDS,
  defaultPolicy,
  MIN_RUN_GAP_SECONDS,
  resolvePolicy,
  type SyncPolicy,
  type SyncPolicyOptions,
} from './policy/sync-policy.ts';
export {
  type BeginSyncOptions,
  beginSync,
  type FinishSoloSyncOptions,
  type FinishSyncOptions,
  finishSoloSync,
  finishSync,
  type ShouldRunSyncOptions,
  shouldRunSync,
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
  SyncAnswer,
  SyncFunction,
  SyncOptions,
} from './schedule/attempt.ts';
export type { Run, SyncRequest, WorkerContext, WorkerInput } from './schedule/worker-context.ts';
export type {
  AttemptFinished,
  RunStuck,
  SyncWorkerEmitted,
  SyncWorkerEvent,
} from './schedule/worker-events.ts';
