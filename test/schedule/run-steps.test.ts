import { describe, expect, test } from 'vitest';
import { createPeerRecord, type PeerRecord, type PeerRecordInput } from '../../src/policy/peer-record.ts';
import { recordSyncFailure, recordSyncSuccess } from '../../src/policy/peer-updates.ts';
import type { SyncPolicyOptions } from '../../src/policy/sync-policy.ts';
import { beginSync, finishSoloSync, finishSync, withdrawSync } from '../../src/policy/sync-run.ts';
import { initialSyncState, type SyncWorkerState } from '../../src/policy/sync-worker-state.ts';
import type { AttemptResult, FailedAttempt } from '../../src/schedule/attempt.ts';
import {
  beginRun,
  endRun,
  failOver,
  failRun,
  goSolo,
  recordAbandonedRun,
  recordAttempt,
  recordStuckRun,
  withdrawRun,
} from '../../src/schedule/run-steps.ts';
import { createWorkerContext, type WorkerContext } from '../../src/schedule/worker-context.ts';

const NOW = 1000;
const a = 'http://a.example';
const b = 'http://b.example';
const c = 'http://c.example';

interface Setup {
  readonly peers?: readonly (string | PeerRecordInput)[];
  readonly policy?: SyncPolicyOptions;
  readonly state?: Partial<SyncWorkerState>;
}

/** A worker that has decided to ask a peer at a time. */
function deciding(
  { peers = [a, b], policy, state = {} }: Setup,
  peerUrl: string = a,
  at: number = NOW,
): WorkerContext {
  const made = createWorkerContext({ peers, policy, state: { ...initialSyncState(), ...state } });
  return { ...made, decision: { kind: 'run', at, until: at, rule: 'due', peerUrl } };
}

/** A worker in its first attempt, at peer a. */
const asking = (setup: Setup = {}): WorkerContext => beginRun(deciding(setup));
const later = (context: WorkerContext, at: number, peerUrl = ''): WorkerContext => ({
  ...context,
  decision: { ...context.decision, at, peerUrl },
});
const recordOf = ({ peers }: WorkerContext, peerUrl: string): PeerRecord | undefined =>
  peers.find((peer) => peer.bucket === 'sync' && peer.peerUrl === peerUrl);

const ok = (head: string, more = false): AttemptResult => ({
  outcome: 'ok',
  at: NOW + 5,
  head,
  more,
  details: undefined,
});
const fork: AttemptResult = { outcome: 'fork', at: NOW + 5, error: 'two heads' };
const held: AttemptResult = { outcome: 'held', at: NOW + 5, until: NOW + 70, error: 'held' };
const failed: FailedAttempt = {
  outcome: 'error',
  at: NOW + 5,
  error: 'busy',
  cause: undefined,
  local: false,
  status: 429,
  retryAfterSeconds: 90,
  retryAfterHeader: '90',
  head: '',
};

describe('a run that begins', () => {
  test('asks the peer of the decision, and is on record', () => {
    const before = {
      ...deciding({ policy: { stuckAfterSeconds: 20 }, state: { currentHead: 'h0' } }, b),
      request: 'forced',
      notBefore: 5,
      bounded: 'clock',
    } as const;
    expect(beginRun(before)).toStrictEqual({
      ...before,
      worker: beginSync(before.worker, { peerUrl: b, now: NOW }),
      settled: before.worker,
      run: {
        startedAt: NOW,
        stuckAfterSeconds: 20,
        peer: createPeerRecord(b),
        attemptStartedAt: NOW,
        triedPeers: [b],
        heldPeers: 0,
        forced: true,
        failure: null,
      },
      request: 'none',
      notBefore: 0,
      bounded: null,
    });
    expect(beginRun({ ...before, request: 'requested' }).run?.forced).toBe(false);
  });

  test('after one that a crash left remembers what was before that', () => {
    const before = deciding({
      state: { lastOutcome: 'running', consecutiveFailures: 1, lastSyncFinishedAt: 500 },
    });
    expect(beginRun(before).settled).toBe(before.settled);
    expect(before.settled.lastOutcome).toBe('error');
  });

  test('needs its peer in the sync bucket', () => {
    const before = deciding({ peers: [{ peerUrl: a, bucket: 'push' }] });
    expect(beginRun(before)).toBe(before);
  });
});

describe('an attempt that ended', () => {
  test('well marks its peer, keeps the head and forgets the failure before it', () => {
    const failedBefore = recordAttempt(asking(), failed);
    const after = recordAttempt(failedBefore, ok('h1'));
    expect(after.worker).toStrictEqual({ ...failedBefore.worker, currentHead: 'h1' });
    expect(after.run).toStrictEqual({ ...failedBefore.run, failure: null });
    expect(after.lastTriedPeer).toBe(a);
    expect(recordOf(after, a)).toStrictEqual(
      recordSyncSuccess(recordOf(failedBefore, a) ?? createPeerRecord(a), {
        now: NOW + 5,
        broughtNews: true,
      }),
    );
    expect(recordOf(after, b)).toStrictEqual(createPeerRecord(b));
  });

  test('well without a new head brought no news', () => {
    const before = asking({ state: { currentHead: 'h0' } });
    expect(recordOf(recordAttempt(before, ok('h0')), a)?.lastBroughtNews).toBe(false);
    const empty = recordAttempt(before, ok(''));
    expect(empty.worker).toBe(before.worker);
  });

  test('badly marks its peer with the error and the Retry-After, and keeps a head that it reached', () => {
    const policy = { failureBackoffSeconds: 7, failureBackoffCapSeconds: 50 };
    const after = recordAttempt(asking({ policy }), { ...failed, head: 'h1' });
    expect(recordOf(after, a)).toStrictEqual(
      recordSyncFailure(createPeerRecord(a), { ...failed, ...policy, now: NOW + 5 }),
    );
    expect(after.worker.currentHead).toBe('h1');
    expect(after.run?.failure).toStrictEqual({ outcome: 'error', error: 'busy', local: false });
  });

  test('by a fault on our side marks no peer', () => {
    const after = recordAttempt(asking(), { ...failed, local: true });
    expect(recordOf(after, a)).toStrictEqual(createPeerRecord(a));
    expect(after.run?.failure).toStrictEqual({ outcome: 'error', error: 'busy', local: true });
    expect(after.lastTriedPeer).toBe(a);
  });

  test('in a fork marks its peer as failed', () => {
    const after = recordAttempt(asking(), fork);
    expect(recordOf(after, a)).toMatchObject({
      failureCount: 1,
      lastError: 'two heads',
      lastAskedAt: NOW + 5,
    });
    expect(after.run?.failure).toStrictEqual({ outcome: 'error', error: 'two heads', local: false });
  });

  test('held by a gate counts no failure, and replaces none', () => {
    const after = recordAttempt(asking(), held);
    expect(recordOf(after, a)).toStrictEqual({ ...createPeerRecord(a), cooldownUntil: NOW + 70 });
    expect(after.run).toMatchObject({ heldPeers: 1, failure: { outcome: 'held', error: '', local: false } });
    const second = recordAttempt(recordAttempt(asking(), failed), held);
    expect(second.run).toMatchObject({ heldPeers: 1, failure: { outcome: 'error', error: 'busy' } });
  });

  test('at a peer that was removed meanwhile is remembered while that peer has a wait', () => {
    const removed = { ...asking(), peers: [createPeerRecord(b)] };
    const after = recordAttempt(removed, failed);
    expect(recordOf(after, a)).toMatchObject({ enabled: false, removed: true, lastError: 'busy' });
    expect(after.peers[0]).toStrictEqual(createPeerRecord(b));
    expect(recordOf(recordAttempt(removed, ok('h1')), a)).toBeUndefined();
  });

  test('marks no record of another bucket', () => {
    const before = asking({ peers: [{ peerUrl: a, bucket: 'push' }, a] });
    expect(recordAttempt(before, failed).peers[0]).toStrictEqual(
      createPeerRecord({ peerUrl: a, bucket: 'push' }),
    );
  });
});

describe('a run that fails over', () => {
  test('asks the peer of the decision next', () => {
    const before = later(recordAttempt(asking(), failed), NOW + 6, b);
    const after = failOver(before);
    expect(after.worker).toStrictEqual({ ...before.worker, lastPeerUrl: b });
    expect(after.run).toStrictEqual({
      ...before.run,
      peer: createPeerRecord(b),
      attemptStartedAt: NOW + 6,
      triedPeers: [a, b],
    });
  });

  test('needs a peer', () => {
    const before = later(asking(), NOW, c);
    expect(failOver(before)).toBe(before);
  });
});

const settled = { run: null, request: 'none', stuckPeers: [], notBefore: 0 } as const;

describe('a run that ends', () => {
  const policy = { intervalSeconds: 100, catchUpIntervalSeconds: 2, spreadRatio: 0.5 };
  const stuck = (context: WorkerContext): WorkerContext => ({
    ...context,
    stuckPeers: [c],
    request: 'requested',
    notBefore: 3,
  });

  test('well is due again after the interval and its spread', () => {
    const before = stuck(recordAttempt(asking({ policy }), ok('h1')));
    const after = endRun(before, ok('h1'), 0.5);
    const worker = finishSync(before.worker, {
      ok: true,
      now: NOW + 5,
      intervalSeconds: 100,
      spreadRatio: 0.5,
      random: 0.5,
    });
    expect(after).toStrictEqual({
      ...before,
      ...settled,
      worker,
      settled: worker,
      due: { rule: 'interval', peerUrl: '', jitterSeconds: 25 },
      endedAt: NOW + 5,
    });
    expect(worker.nextSyncDueAt).toBe(NOW + 130);
  });

  test.for([
    ['h1', true, 'h0', 'catching up', NOW + 7],
    ['h0', true, 'h0', 'interval', NOW + 155],
    ['', true, 'h0', 'interval', NOW + 155],
    ['h1', false, 'h0', 'interval', NOW + 155],
  ] as const)(
    'with the head %j and more: %s goes on by the rule that follows',
    ([head, more, before, rule, due]) => {
      const context = recordAttempt(asking({ policy, state: { currentHead: before } }), ok(head, more));
      const after = endRun(context, ok(head, more), 1);
      expect(after.due.rule).toBe(rule);
      expect(after.worker.nextSyncDueAt).toBe(due);
    },
  );

  test('in a fork says so, and waits as after a failure', () => {
    const before = recordAttempt(asking(), fork);
    const after = endRun(before, fork, 0);
    expect(after).toMatchObject({
      ...settled,
      worker: { lastOutcome: 'fork', forkDetected: true, lastError: 'two heads', nextSyncDueAt: NOW + 65 },
      due: { rule: 'backoff', peerUrl: '', jitterSeconds: 0 },
      endedAt: NOW + 5,
    });
  });

  test('badly waits for its own backoff and the jitter', () => {
    const context = asking({ policy: { failureBackoffSeconds: 40, jitterRatio: 0.5 } });
    const after = failRun(later(recordAttempt(context, { ...failed, retryAfterSeconds: 0 }), NOW + 6), 0.5);
    expect(after).toMatchObject({
      ...settled,
      worker: { lastOutcome: 'error', lastError: 'busy', consecutiveFailures: 1, nextSyncDueAt: NOW + 56 },
      due: { rule: 'backoff', peerUrl: '', jitterSeconds: 10 },
      endedAt: NOW + 6,
    });
  });

  test.for([
    [
      'the Retry-After',
      { retryAfter: { until: NOW + 96, header: '90' }, cooldownUntil: NOW + 96 },
      'retry-after',
      NOW + 96,
    ],
    ['the cooldown', { cooldownUntil: NOW + 80 }, 'cooldown', NOW + 80],
    ['nothing longer than its backoff', { cooldownUntil: NOW + 66 }, 'backoff', NOW + 66],
  ] as const)('badly waits for %s of the first peer', ([, fields, rule, due]) => {
    const context = asking({ peers: [a, { peerUrl: b, ...fields }] });
    const refused = recordAttempt(context, { ...failed, retryAfterSeconds: 500 });
    const after = failRun(later(refused, NOW + 6), 0);
    expect(after.worker.nextSyncDueAt).toBe(due);
    expect(after.due).toEqual({ rule, peerUrl: rule === 'backoff' ? '' : b, jitterSeconds: 0 });
  });

  test('by a fault on our side waits 30 s at most, and for no peer', () => {
    const peers = [
      { peerUrl: a, cooldownUntil: 0 },
      { peerUrl: b, cooldownUntil: NOW + 500 },
    ];
    const local = { ...failed, local: true };
    const after = failRun(later(recordAttempt(asking({ peers }), local), NOW + 6), 0);
    expect(after.worker.nextSyncDueAt).toBe(NOW + 36);
    expect(after.due).toEqual({ rule: 'local fault', peerUrl: '', jitterSeconds: 0 });
    const cap = failRun(
      later(recordAttempt(asking({ peers, policy: { failureBackoffCapSeconds: 9 } }), local), NOW + 6),
      0,
    );
    expect(cap.worker.nextSyncDueAt).toBe(NOW + 15);
  });

  test('solo is due again after the interval and its spread', () => {
    const before = { ...deciding({ peers: [], policy }), stuckPeers: [c], request: 'requested' } as const;
    const after = goSolo(before, 0.5);
    const worker = finishSoloSync(before.worker, {
      now: NOW,
      intervalSeconds: 100,
      spreadRatio: 0.5,
      random: 0.5,
    });
    expect(after).toStrictEqual({
      ...before,
      ...settled,
      worker,
      settled: worker,
      due: { rule: 'interval', peerUrl: '', jitterSeconds: 25 },
      endedAt: NOW,
    });
  });
});

describe('a stuck run', () => {
  test('marks its peer without a cooldown, and asks it after all others', () => {
    const before = { ...later(asking({ policy: { stuckAfterSeconds: 20 } }), NOW + 20), stuckPeers: [a, c] };
    const after = recordStuckRun(before);
    expect(after).toMatchObject({ run: null, stuckPeers: [c, a], lastTriedPeer: a, worker: before.worker });
    expect(recordOf(after, a)).toMatchObject({
      failureCount: 1,
      cooldownUntil: 0,
      lastError: 'stuck: no result within 20 s',
      lastAskedAt: NOW + 20,
    });
  });

  test('that a crash left marks its peer once', () => {
    const state = { lastOutcome: 'running', lastPeerUrl: a, lastSyncStartedAt: NOW - 400 } as const;
    const before = deciding({ state });
    const after = recordAbandonedRun(before);
    expect(after).toMatchObject({ stuckPeers: [a], lastTriedPeer: a });
    expect(recordOf(after, a)).toMatchObject({
      failureCount: 1,
      cooldownUntil: 0,
      lastError: 'stuck: the process ended while it was asked',
      lastAskedAt: NOW,
    });
    expect(recordAbandonedRun(after)).toBe(after);
    const sameSecond = deciding({ state, peers: [{ peerUrl: a, lastAskedAt: NOW - 400 }] });
    expect(recordAbandonedRun(sameSecond)).toBe(sameSecond);
    const before1 = deciding({ state, peers: [{ peerUrl: a, lastAskedAt: NOW - 401 }] });
    expect(recordAbandonedRun(before1)).not.toBe(before1);
    const gone = deciding({ state, peers: [b] });
    expect(recordAbandonedRun(gone)).toBe(gone);
  });
});

describe('a run that is withdrawn', () => {
  const state = { currentHead: 'h0', consecutiveFailures: 3, lastOutcome: 'error' } as const;
  const event = { type: 'run.withdraw', at: NOW + 9 } as const;

  test('is undone, and its peer remembers it', () => {
    const before = { ...asking({ state }), request: 'requested' } as const;
    expect(withdrawRun(before, event)).toStrictEqual({
      ...before,
      peers: [{ ...createPeerRecord(a), withdrawn: true, lastAskedAt: NOW + 9 }, createPeerRecord(b)],
      worker: withdrawSync(before.settled, { now: NOW + 9, currentHead: 'h0' }),
      run: null,
      request: 'none',
      due: { rule: 'floor', peerUrl: '', jitterSeconds: 0 },
      endedAt: NOW + 9,
    });
  });

  test('keeps the Retry-After and the head of a last answer', () => {
    const after = withdrawRun(asking({ state }), { ...event, answer: { ...failed, head: 'h1' } });
    expect(recordOf(after, a)).toStrictEqual(
      recordSyncFailure(createPeerRecord(a), { ...failed, now: NOW + 5 }),
    );
    expect(after.worker.currentHead).toBe('h1');
    const without = withdrawRun(asking({ state }), { ...event, answer: failed });
    expect(without.worker.currentHead).toBe('h0');
  });

  test('keeps a head that an earlier attempt reached', () => {
    const before = recordAttempt(asking({ state }), { ...failed, head: 'h1' });
    expect(withdrawRun(before, event).worker.currentHead).toBe('h1');
  });

  test('because gates held every peer marks none, and ends at the decision', () => {
    const before = later(recordAttempt(asking({ state }), held), NOW + 6);
    const after = withdrawRun(before, { type: 'schedule.changed' });
    expect(after.peers).toBe(before.peers);
    expect(after.endedAt).toBe(NOW + 6);
    expect(after.worker).toStrictEqual(withdrawSync(before.settled, { now: NOW + 6, currentHead: 'h0' }));
  });

  test('a second time counts as a failure of the peer by the policy', () => {
    const policy = { failureBackoffSeconds: 7 };
    const before = asking({ state, policy, peers: [{ peerUrl: a, withdrawn: true }] });
    expect(recordOf(withdrawRun(before, event), a)).toMatchObject({
      failureCount: 1,
      cooldownUntil: NOW + 16,
    });
  });
});

test.for([
  ['recordAttempt', (context: WorkerContext) => recordAttempt(context, failed)],
  ['failOver', failOver],
  ['endRun', (context: WorkerContext) => endRun(context, ok('h1'), 0)],
  ['failRun', (context: WorkerContext) => failRun(context, 0)],
  ['recordStuckRun', recordStuckRun],
  ['withdrawRun', (context: WorkerContext) => withdrawRun(context, { type: 'run.withdraw', at: NOW })],
] as const)('%s changes nothing without a run', ([, step]) => {
  const before = deciding({});
  expect(step(before)).toBe(before);
});
