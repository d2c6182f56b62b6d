import { readChart } from '../../../src/explain/read-chart.ts';
import type { InspectorView } from '../../../src/inspect/inspector-view.ts';
import { chartDefinition, type RecordedLine } from '../../../src/inspect/recording/recording.ts';
import { createPeerRecord, type PeerRecordInput } from '../../../src/policy/peer-record.ts';
import { initialSyncState, type SyncWorkerState } from '../../../src/policy/sync-worker-state.ts';
import { decide } from '../../../src/schedule/decide.ts';
import { createWorkerContext, type WorkerContext } from '../../../src/schedule/worker-context.ts';
import { syncWorkerMachine } from '../../../src/worker/sync-worker-machine.ts';

/** 2026-01-02 03:04:05 UTC. */
export const at = 1_767_323_045;

const chart = chartDefinition(syncWorkerMachine);

interface ViewParts {
  readonly state?: Partial<SyncWorkerState>;
  readonly peers?: readonly PeerRecordInput[];
  readonly context?: Partial<WorkerContext>;
  readonly view?: Partial<InspectorView>;
}

/** A first view such as the server sends, of a worker that has decided at this moment. */
export function viewOf({ state = {}, peers = [], context = {}, view = {} }: ViewParts = {}): InspectorView {
  const worker = { ...initialSyncState(), ...state };
  const made = createWorkerContext({ peers: peers.map(createPeerRecord), state: worker });
  const decided = decide({ ...made, ...context }, at, () => 0).context;
  const active = { running: 'running.attempting' }[worker.lastOutcome as 'running'] ?? worker.lastOutcome;
  const name = view.worker ?? 'worker';
  return {
    at,
    source: 'live',
    worker: name,
    started: true,
    mayControl: true,
    start: {
      recording: 'infonet-sync-worker',
      version: 1,
      worker: name,
      at,
      chart,
      state: view.lines?.[0]?.from ?? active,
      context: decided,
    },
    chart: view.start === null ? null : readChart(syncWorkerMachine),
    lines: [],
    linesDropped: 0,
    chain: null,
    faults: [],
    remarks: [],
    overview: { total: 1, counts: {}, rows: [], found: 1 },
    ...view,
  };
}

/** A line in which nothing happened but what is given. */
export function lineOf(line: Partial<RecordedLine> = {}): RecordedLine {
  const to = line.to ?? 'ok';
  return {
    at,
    event: { type: 'sync.requested' },
    from: to,
    to,
    transitions: [],
    changes: [],
    emitted: [],
    ...line,
  };
}
