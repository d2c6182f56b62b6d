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
  type MarkSyncFailureOptions,
  type MarkSyncSuccessOptions,
  markSeen,
  markSyncFailure,
  markSyncSuccess,
  type ResetPeerOptions,
  resetPeer,
} from './policy/peer-marks.ts';
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
  isSyncPeer,
  nextAskAt,
  type PeerSelectionOptions,
  passedOverFor,
  retryAfterUntil,
} from './policy/peer-selection.ts';
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
  defaultPolicy,
  LOOK_INTERVAL_SECONDS,
  RUN_FLOOR_SECONDS,
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
} from './scheduling/attempt.ts';
export type { Run, SyncRequest, WorkerContext, WorkerInput } from './scheduling/worker-context.ts';
export type {
  AttemptFinished,
  RunStuck,
  SyncWorkerEmitted,
  SyncWorkerEvent,
} from './scheduling/worker-events.ts';
