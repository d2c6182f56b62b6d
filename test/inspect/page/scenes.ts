import type { InspectedRun, InspectorLine, InspectorView } from '../../../src/inspect/inspector-view.ts';
import type { PeerRecordInput } from '../../../src/policy/peer-record.ts';
import type { SyncWorkerState } from '../../../src/policy/sync-worker-state.ts';
import { at, viewOf } from './any-view.ts';

const near = 'http://127.0.0.1:40001';
const onion = 'http://3vy6kkqnfx7m2wjh5dl4to2oz7uxgbgqyxsfhl5k6w4hqtdk2mcl7yad.onion';
const longWord = 'e'.repeat(500);

const outcomes = ['ok', 'error', 'error', 'ok', 'fork', 'stuck', 'solo', 'ok', 'running'] as const;

const runs: readonly InspectedRun[] = outcomes.map((outcome, index) => {
  const startedAt = at - 3000 + 300 * index;
  const durationSeconds = outcome === 'running' ? null : 0.05 * 4 ** index;
  const last = { peerUrl: near, startedAt, durationSeconds, error: outcome === 'error' ? 'HTTP 503' : '' };
  const first = { peerUrl: onion, startedAt, durationSeconds: 1, outcome: 'error' as const, error: longWord };
  return {
    startedAt,
    endedAt: durationSeconds === null ? null : startedAt + durationSeconds,
    outcome,
    attempts: outcome === 'solo' ? [] : [...(index % 2 === 0 ? [first] : []), { ...last, outcome }],
  };
});

const peers: readonly PeerRecordInput[] = [
  { peerUrl: near, label: 'near by', lastSyncOkAt: at - 320 },
  {
    peerUrl: 'http://127.0.0.1:40002',
    label: 'overloaded',
    lastError: 'HTTP 429, rate limited',
    failureCount: 2,
    cooldownUntil: at + 734,
    updatedAt: at - 60,
    metadata: { retry_after_until: at + 734, retry_after_header: 'Fri, 02 Jan 2026 03:16:19 GMT' },
  },
  { peerUrl: onion, label: longWord, lastError: longWord, failureCount: 5, cooldownUntil: at + 42 },
  {
    peerUrl: 'https://peer.example',
    metadata: { passed_over: 'it is on clearnet, and that is not allowed' },
  },
  { peerUrl: 'http://127.0.0.1:40004', enabled: false },
  { peerUrl: 'http://127.0.0.1:40005', bucket: 'push' },
];

const log: readonly InspectorLine[] = ['a run began', `asking ${onion}`, longWord, 'the run ended: ok'].map(
  (text, index) => ({ id: index + 1, at: at - 300 + index, type: 'attempt.finished', text }),
);

const faults = ['near by', onion].map((peer) => ({ peer, fault: 'none', faults: ['none', longWord] }));

const ran: Partial<SyncWorkerState> = {
  lastSyncStartedAt: at - 40,
  lastSyncFinishedAt: at - 38,
  lastSyncOkAt: at - 340,
  nextSyncDueAt: at + 262,
  lastPeerUrl: onion,
  currentHead: 'c0ffee'.repeat(11),
};

function scene(
  state: Partial<SyncWorkerState>,
  edge: string,
  more: Partial<InspectorView> = {},
): InspectorView {
  const made = viewOf({ state: { ...ran, ...state }, peers, view: { runs, log, faults, linesDropped: 7 } });
  const step = { at: at - 38, state: made.active, edges: [edge] };
  return { ...made, steps: [step], ...more };
}

const failed = { lastError: longWord, consecutiveFailures: 4 };
const manyPeers = Array.from({ length: 300 }, (_, index) => ({
  peerUrl: `http://${'abcdefgh'.repeat(6)}${index}.onion`,
  label: longWord,
  lastError: longWord,
  failureCount: index,
  cooldownUntil: at + index * 60,
}));
const manyRuns = Array.from({ length: 60 }, (_, index): InspectedRun => {
  const attempt = { peerUrl: onion, durationSeconds: 100, outcome: 'stuck', error: longWord } as const;
  const startedAt = at - 90_000 + 1500 * index;
  const attempts = Array.from({ length: 20 }, () => ({ ...attempt, startedAt }));
  return { startedAt, endedAt: startedAt + 1000, outcome: 'stuck', attempts };
});

/** The page at its fullest and at its emptiest. */
export const scenes: Readonly<Record<string, InspectorView>> = {
  idle: viewOf({
    peers,
    view: { workers: ['one', longWord.slice(0, 100)], worker: 'one', mayControl: false },
  }),
  running: scene({ lastOutcome: 'running' }, 'running.attempting:done.attempt:2'),
  ok: scene({ lastOutcome: 'ok' }, 'running.attempting:done.attempt:0'),
  error: scene({ lastOutcome: 'error', ...failed }, 'running.attempting:done.attempt:3'),
  fork: scene({ lastOutcome: 'fork', ...failed, forkDetected: true }, 'running.attempting:done.attempt:1'),
  solo: scene({ lastOutcome: 'solo' }, 'ok:after.untilDue:1'),
  'many peers': viewOf({
    state: { ...ran, lastOutcome: 'error', ...failed },
    peers: manyPeers,
    view: { runs: manyRuns, log, worker: longWord.slice(0, 100) },
  }),
};
