import { explain } from '../../../src/explain/why.ts';
import type { InspectorView } from '../../../src/inspect/inspector-view.ts';
import { createPeerRecord, type PeerRecordInput } from '../../../src/policy/peer-record.ts';
import { peerToWire } from '../../../src/policy/peer-wire.ts';
import { resolvePolicy } from '../../../src/policy/sync-policy.ts';
import { initialSyncState, type SyncWorkerState } from '../../../src/policy/sync-worker-state.ts';
import { toWire } from '../../../src/policy/sync-worker-state-wire.ts';
import { createWorkerContext } from '../../../src/schedule/worker-context.ts';

/** 2026-01-02 03:04:05 UTC. */
export const at = 1_767_323_045;

interface ViewParts {
  readonly state?: Partial<SyncWorkerState>;
  readonly peers?: readonly PeerRecordInput[];
  readonly view?: Partial<InspectorView>;
}

/** A view such as the server sends; its account of the worker is the worker's own. */
export function viewOf({ state = {}, peers = [], view = {} }: ViewParts = {}): InspectorView {
  const worker = { ...initialSyncState(), ...state };
  const records = peers.map(createPeerRecord);
  const context = createWorkerContext({ peers: records, policy: resolvePolicy(), state: worker });
  return {
    at,
    workers: ['worker'],
    worker: 'worker',
    mayControl: true,
    active: worker.lastOutcome === 'running' ? 'running.attempting.pending' : worker.lastOutcome,
    steps: [],
    status: {
      state: toWire(worker),
      peers: records.map(peerToWire),
      chain: null,
      serving: [],
      gates: [],
      why: explain(context, at),
    },
    runs: [],
    log: [],
    linesDropped: 0,
    faults: [],
    ...view,
  };
}
