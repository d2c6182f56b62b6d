import type { InspectorView, WorkerRow } from '../../../src/inspect/inspector-view.ts';
import type { RecordedLine } from '../../../src/inspect/recording/recording.ts';
import { createPeerRecord, type PeerRecordInput } from '../../../src/policy/peer-record.ts';
import type { SyncWorkerState } from '../../../src/policy/sync-worker-state.ts';
import type { Run } from '../../../src/schedule/worker-context.ts';
import { at, lineOf, viewOf } from './any-view.ts';

const near = 'http://127.0.0.1:40001';
const onion = 'http://3vy6kkqnfx7m2wjh5dl4to2oz7uxgbgqyxsfhl5k6w4hqtdk2mcl7yad.onion';
const longWord = 'e'.repeat(500);

const outcomes = ['ok', 'error', 'error', 'ok', 'fork', 'stuck', 'solo', 'ok'] as const;

/** The lines of one run: two attempts, and how it ended. */
function runLines(outcome: string, began: number, tries = 2): readonly RecordedLine[] {
  const attempts = Array.from({ length: tries }, (_, index) => index);
  const ended = outcome === 'stuck' ? 'run.stuck' : 'run.finished';
  return [
    lineOf({ at: began, to: 'running.attempting', emitted: [{ type: 'run.started', text: 'a run began' }] }),
    ...attempts.flatMap((index) => {
      const peerUrl = index % 2 === 0 ? onion : near;
      const how = index < tries - 1 ? { outcome: 'error', error: longWord } : { outcome };
      const text = index < tries - 1 ? longWord : 'it ended';
      return [
        lineOf({
          at: began + index,
          to: 'running.attempting',
          emitted: [{ type: 'attempt.started', text, peerUrl }],
        }),
        lineOf({
          at: began + index + 0.5,
          to: 'running.attempting',
          emitted: [{ type: 'attempt.finished', text, peerUrl, durationSeconds: 0.5, ...how }],
        }),
      ];
    }),
    lineOf({
      at: began + tries,
      to: 'ok',
      emitted: [{ type: ended, text: longWord, outcome, peerUrl: onion }],
    }),
  ];
}

const ranLines = outcomes.flatMap((outcome, index) => runLines(outcome, at - 3000 + 300 * index));
const manyRuns = Array.from({ length: 60 }, (_, index) =>
  runLines('stuck', at - 90_000 + 1500 * index, 20),
).flat();

const peers: readonly PeerRecordInput[] = [
  { peerUrl: near, label: 'near by', lastSyncOkAt: at - 340 },
  {
    peerUrl: 'http://127.0.0.1:40002',
    failureCount: 3,
    retryAfter: { until: at + 734, header: 'Fri, 02 Jan 2026 03:16:19 GMT' },
    updatedAt: at,
  },
  {
    peerUrl: onion,
    label: longWord,
    lastError: longWord,
    failureCount: 5,
    cooldownUntil: at + 42,
    updatedAt: at,
  },
  { peerUrl: 'https://peer.example', excluded: 'it is on clearnet, and that is not allowed' },
  { peerUrl: 'http://127.0.0.1:40004', enabled: false },
  { peerUrl: 'http://127.0.0.1:40005', bucket: 'push' },
];

const faults = ['near by', onion].map((peer) => ({ peer, fault: 'none', faults: ['none', longWord] }));

const ran: Partial<SyncWorkerState> = {
  lastSyncStartedAt: at - 40,
  lastSyncFinishedAt: at - 38,
  lastSyncOkAt: at - 340,
  nextSyncDueAt: at + 262,
  lastPeerUrl: onion,
  currentHead: 'c0ffee'.repeat(11),
};

function scene(state: Partial<SyncWorkerState>, transition: string): InspectorView {
  const outcome = state.lastOutcome ?? 'idle';
  const to = outcome === 'running' ? 'running.attempting' : outcome;
  const last = lineOf({ at: at - 38, from: 'running.attempting', to, transitions: [transition] });
  const run: Run = {
    startedAt: at - 40,
    stuckAfterSeconds: 300,
    peer: createPeerRecord({ peerUrl: onion }),
    attemptStartedAt: at - 40,
    triedPeers: [onion],
    heldPeers: 0,
    forced: false,
    failure: null,
  };
  return viewOf({
    state: { ...ran, ...state },
    peers: outcome === 'solo' ? [] : peers,
    context: outcome === 'running' ? { run } : {},
    view: {
      lines: [...ranLines, last],
      faults,
      linesDropped: 7,
      chain: {
        head: 'c0ffee'.repeat(11),
        count: 7,
        serving: [
          {
            url: 'http://127.0.0.1:8001',
            private: true,
            requestsPerWindow: 60,
            totalRequestsPerWindow: 600,
            windowSeconds: 60,
            connections: 3,
            requests: 1_234_567,
            limited: 12,
            events: 123_456_789,
          },
        ],
        gates: [{ gate: longWord, messages: 64, lastSeen: at - 60 }],
      },
    },
  });
}

const failed = { lastError: longWord, consecutiveFailures: 4 };
const manyPeers = Array.from({ length: 300 }, (_, index) => ({
  peerUrl: `http://${'abcdefgh'.repeat(6)}${index}.onion`,
  label: longWord,
  lastError: longWord,
  failureCount: index,
  cooldownUntil: at + index * 6,
  updatedAt: at,
}));
const conditions = ['stuck', 'fork', 'error', 'stopped', 'solo', 'idle', 'running', 'ok'] as const;
const rows = Array.from(
  { length: 100 },
  (_, index): WorkerRow => ({
    name: index === 0 ? 'one' : `${longWord.slice(0, 96)} ${index}`,
    condition: conditions[Math.floor((index * conditions.length) / 100)] ?? 'ok',
    since: at - 100,
    lastOkAt: index === 1 ? 0 : at - 400,
    failures: index,
    next: index === 2 ? null : at + index,
  }),
);

/** The page at its fullest and at its emptiest. */
export const scenes: Readonly<Record<string, InspectorView>> = {
  idle: viewOf({
    peers,
    view: {
      worker: 'one',
      mayControl: false,
      overview: { total: 10_000, counts: { ok: 9_999, stuck: 1 }, rows, found: 10_000 },
    },
  }),
  running: scene({ lastOutcome: 'running' }, 'running.failed:always:0'),
  ok: scene({ lastOutcome: 'ok' }, 'running.attempting:done.attempt:0'),
  error: scene({ lastOutcome: 'error', ...failed }, 'running.failed:always:2'),
  fork: scene({ lastOutcome: 'fork', ...failed, forkDetected: true }, 'running.attempting:done.attempt:1'),
  solo: scene({ lastOutcome: 'solo' }, 'ok:always:1'),
  'many peers': viewOf({
    state: { ...ran, lastOutcome: 'error', ...failed },
    peers: manyPeers,
    view: { lines: [...manyRuns, lineOf({ to: 'error' })], worker: longWord.slice(0, 100) },
  }),
  stopped: { ...scene({ lastOutcome: 'error', ...failed }, 'running.failed:always:2'), started: false },
};
