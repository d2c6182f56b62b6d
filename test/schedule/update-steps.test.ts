import { describe, expect, test } from 'vitest';
import { createPeerList, createPeerRecord, type PeerRecordInput } from '../../src/policy/peer-record.ts';
import { recordSeen, resetPeer } from '../../src/policy/peer-updates.ts';
import { resolvePolicy } from '../../src/policy/sync-policy.ts';
import { initialSyncState, type SyncOutcome } from '../../src/policy/sync-worker-state.ts';
import {
  clearPeer,
  noteContact,
  rememberRequest,
  takePeers,
  takePolicy,
} from '../../src/schedule/update-steps.ts';
import { createWorkerContext, type WorkerContext } from '../../src/schedule/worker-context.ts';
import type { ChartEvent } from '../../src/schedule/worker-events.ts';

const NOW = 1000;
const a = 'http://a.example';
const b = 'http://b.example';
const waits = { cooldownUntil: NOW + 60, retryAfter: { until: NOW + 90, header: '90' }, failureCount: 2 };

function context(
  peers: readonly (string | PeerRecordInput)[],
  lastOutcome: SyncOutcome = 'error',
): WorkerContext {
  const made = createWorkerContext({ peers, state: { ...initialSyncState(), lastOutcome } });
  return { ...made, decision: { ...made.decision, at: NOW } };
}

const changed = (peers: readonly (string | PeerRecordInput)[], at?: number): ChartEvent => ({
  type: 'peers.changed',
  peers: createPeerList(peers),
  ...(at === undefined ? {} : { at }),
});

test.for(Object.entries({ rememberRequest, takePeers, noteContact, clearPeer, takePolicy }))(
  '%s passes over the events of others',
  ([, step]) => {
    const before = context([a]);
    expect(step(before, { type: 'schedule.changed' })).toBe(before);
  },
);

describe('a request', () => {
  test.for([
    ['none', undefined, 'requested'],
    ['none', false, 'requested'],
    ['none', true, 'forced'],
    ['new-peer', undefined, 'requested'],
    ['requested', true, 'forced'],
    ['forced', undefined, 'forced'],
  ] as const)('after %s with force %s makes it %s', ([request, force, after]) => {
    const event = { type: 'sync.requested', ...(force === undefined ? {} : { force }) } as const;
    const before = { ...context([a]), request };
    expect(rememberRequest(before, event)).toStrictEqual({ ...before, request: after });
  });
});

describe('a new list of peers', () => {
  test('replaces the old one, and keeps the waits of a peer that stays', () => {
    const { peers } = takePeers(
      context([{ peerUrl: a, ...waits }]),
      changed([{ peerUrl: a, label: 'new' }, b]),
    );
    expect(peers).toStrictEqual([
      createPeerRecord({ peerUrl: a, label: 'new', retryAfter: waits.retryAfter }),
      createPeerRecord(b),
    ]);
  });

  test('keeps a peer that is gone, disabled, until its waits are over', () => {
    const before = context([{ peerUrl: a, ...waits }, b, { peerUrl: a, bucket: 'push', ...waits }]);
    const after = takePeers(before, changed([]));
    expect(after.peers).toStrictEqual([
      createPeerRecord({ peerUrl: a, ...waits, enabled: false, removed: true }),
    ]);
    expect(takePeers(before, changed([], NOW + 90)).peers).toEqual([]);
    expect(takePeers(after, changed([...after.peers], NOW + 89)).peers).toHaveLength(1);
    expect(takePeers(after, changed([...after.peers], NOW + 90)).peers).toEqual([]);
  });

  test('gives a removed peer that is added again its cooldown back too', () => {
    const removed = context([{ peerUrl: a, ...waits, enabled: false, removed: true }]);
    expect(takePeers(removed, changed([a])).peers).toStrictEqual([
      createPeerRecord({ peerUrl: a, cooldownUntil: NOW + 60, retryAfter: waits.retryAfter }),
    ]);
    const longer = takePeers(removed, changed([{ peerUrl: a, cooldownUntil: NOW + 70 }]));
    expect(longer.peers[0]?.cooldownUntil).toBe(NOW + 70);
  });

  test('leaves records of other buckets as they come', () => {
    const before = context([{ peerUrl: a, bucket: 'push', ...waits }]);
    expect(takePeers(before, changed([{ peerUrl: a, bucket: 'push' }])).peers).toStrictEqual([
      createPeerRecord({ peerUrl: a, bucket: 'push' }),
    ]);
  });

  test.for([
    ['error', [b], 'new-peer'],
    ['fork', [b], 'new-peer'],
    ['ok', [b], 'none'],
    ['idle', [b], 'none'],
    ['error', [], 'none'],
    ['error', [{ peerUrl: b, enabled: false }], 'none'],
    ['error', [{ peerUrl: b, bucket: 'push' }], 'none'],
  ] as const)('after %s, with %j beside the old one, makes the request %s', ([outcome, added, request]) => {
    expect(takePeers(context([a], outcome), changed([a, ...added])).request).toBe(request);
  });

  test('takes a peer of another bucket for new in the sync bucket', () => {
    const before = context([{ peerUrl: a, bucket: 'push' }]);
    expect(takePeers(before, changed([a])).request).toBe('new-peer');
  });

  test('weakens no request', () => {
    const before = { ...context([a]), request: 'forced' } as const;
    expect(takePeers(before, changed([a, b])).request).toBe('forced');
  });

  test('that createPeerList() did not make changes nothing', () => {
    const before = context([a]);
    expect(takePeers(before, { type: 'peers.changed', peers: [] })).toBe(before);
  });
});

describe('a contact and a reset', () => {
  const records = [
    { peerUrl: a, ...waits },
    { peerUrl: a, bucket: 'push' as const, ...waits },
    { peerUrl: b, ...waits },
  ];
  const before = context(records);
  const [sync, push, other] = records.map(createPeerRecord);
  if (sync === undefined || push === undefined) throw new Error('there are three');

  test('a contact ends the backoff of the peer in each bucket', () => {
    const seen = (now: number): unknown[] => [recordSeen(sync, { now }), recordSeen(push, { now }), other];
    expect(noteContact(before, { type: 'peer.seen', peerUrl: a }).peers).toStrictEqual(seen(NOW));
    expect(noteContact(before, { type: 'peer.seen', peerUrl: a, at: 900 }).peers).toStrictEqual(seen(900));
  });

  test('a reset clears the peer in the sync bucket', () => {
    expect(clearPeer(before, { type: 'peer.reset', peerUrl: a }).peers).toStrictEqual([
      resetPeer(sync, { now: NOW }),
      push,
      other,
    ]);
    expect(clearPeer(before, { type: 'peer.reset', peerUrl: a, force: true, at: 900 }).peers).toStrictEqual([
      resetPeer(sync, { now: 900, force: true }),
      push,
      other,
    ]);
  });

  test('of a peer that is none change nothing', () => {
    const peerUrl = 'http://c.example';
    expect(noteContact(before, { type: 'peer.seen', peerUrl })).toBe(before);
    expect(clearPeer(before, { type: 'peer.reset', peerUrl })).toBe(before);
  });
});

test('a new policy replaces the old one, if resolvePolicy() made it', () => {
  const before = context([a]);
  const policy = resolvePolicy({ intervalSeconds: 5 });
  expect(takePolicy(before, { type: 'policy.changed', policy })).toStrictEqual({ ...before, policy });
  expect(takePolicy(before, { type: 'policy.changed', policy: { ...policy } })).toBe(before);
});
