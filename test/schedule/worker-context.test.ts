import { describe, expect, test } from 'vitest';
import { createPeerRecord } from '../../src/policy/peer-record.ts';
import { defaultPolicy } from '../../src/policy/sync-policy.ts';
import { initialSyncState, type SyncWorkerState } from '../../src/policy/sync-worker-state.ts';
import { createWorkerContext, type WorkerContext } from '../../src/schedule/worker-context.ts';

const a = 'http://a.example';
const first: WorkerContext = {
  policy: defaultPolicy,
  worker: initialSyncState(),
  peers: [],
  decision: { kind: 'wait', at: 0, until: 0, rule: 'due', peerUrl: '' },
  due: { rule: 'interval', peerUrl: '', jitterSeconds: 0 },
  run: null,
  settled: initialSyncState(),
  request: 'none',
  stuckPeers: [],
  lastTriedPeer: '',
  endedAt: null,
  notBefore: null,
  bounded: null,
};

function left(state: Partial<SyncWorkerState>): SyncWorkerState {
  return { ...initialSyncState(), ...state };
}

describe('the context of a worker', () => {
  test('that starts for the first time is empty', () => {
    expect(createWorkerContext()).toStrictEqual(first);
    expect(createWorkerContext({})).toStrictEqual(first);
  });

  test('has the peers, policy, request and end of its input', () => {
    const input = {
      peers: [a],
      policy: { intervalSeconds: 5 },
      request: 'requested',
      endedAt: 12.5,
    } as const;
    expect(createWorkerContext(input)).toStrictEqual({
      ...first,
      peers: [createPeerRecord(a)],
      policy: { ...defaultPolicy, intervalSeconds: 5 },
      request: 'requested',
      endedAt: 12.5,
    });
  });

  test('of one that continues draws no spread', () => {
    expect(createWorkerContext({ isStart: false }).notBefore).toBe(0);
    expect(createWorkerContext({ isStart: true }).notBefore).toBeNull();
  });

  test.for([true, false])(
    'remembers the peer of a run that a crash left, and waits it out (start: %s)',
    (isStart) => {
      const state = left({
        lastOutcome: 'running',
        lastPeerUrl: a,
        consecutiveFailures: 2,
        lastError: 'refused',
      });
      const context = createWorkerContext({ state, isStart });
      expect(context).toMatchObject({ worker: state, stuckPeers: [a], notBefore: null });
      expect(context.settled.lastOutcome).not.toBe('running');
      expect(createWorkerContext({ state: left({ lastOutcome: 'running' }) }).stuckPeers).toEqual([]);
      expect(createWorkerContext({ state: left({ lastOutcome: 'ok', lastPeerUrl: a }) })).toMatchObject({
        stuckPeers: [],
        settled: { lastOutcome: 'ok', lastPeerUrl: a },
      });
    },
  );

  test.for([
    ['error', 1000, 1000, 'retry-after'],
    ['fork', 1000, 1000, 'retry-after'],
    ['error', 1000, 1001, 'retry-after'],
    ['error', 1000, 999, 'retry-after'],
    ['error', 1000, 1002, 'backoff'],
    ['error', 1000, 998, 'backoff'],
    ['ok', 1000, 1000, 'interval'],
    ['solo', 1000, 1000, 'interval'],
    ['idle', 1000, 1000, 'interval'],
    ['running', 1000, 1000, 'interval'],
  ] as const)(
    'after %s, due at %i, with a Retry-After until %i, waits by the rule %s',
    ([outcome, due, until, rule]) => {
      const peers = ['http://b.example', { peerUrl: a, retryAfter: { until, header: '' } }];
      const state = left({ lastOutcome: outcome, nextSyncDueAt: due });
      expect(createWorkerContext({ state, peers }).due).toEqual({
        rule,
        peerUrl: rule === 'retry-after' ? a : '',
        jitterSeconds: 0,
      });
    },
  );

  test('is refused with a wrong part', () => {
    expect(() => createWorkerContext({ state: { ...initialSyncState(), consecutiveFailures: -1 } })).toThrow(
      TypeError,
    );
    expect(() => createWorkerContext({ policy: { intervalSeconds: -1 } })).toThrow(RangeError);
    expect(() => createWorkerContext({ peers: ['a'] })).toThrow('peers[0]: peerUrl is "a"');
  });
});
