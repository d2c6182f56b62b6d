import { describe, expect, test } from 'vitest';
import { createPeerRecord, type PeerRecordInput } from '../../src/policy/peer-record.ts';
import type { SyncPolicyOptions } from '../../src/policy/sync-policy.ts';
import { initialSyncState, type SyncWorkerState } from '../../src/policy/sync-worker-state.ts';
import { type Decision, decide, ruleOf } from '../../src/schedule/decide.ts';
import { createWorkerContext, type WorkerContext } from '../../src/schedule/worker-context.ts';

const NOW = 10_000;
const a = 'http://a.example';
const b = 'http://b.example';

interface Setup {
  readonly state?: Partial<SyncWorkerState>;
  readonly peers?: readonly (string | PeerRecordInput)[];
  readonly policy?: SyncPolicyOptions;
  readonly changes?: Partial<WorkerContext>;
}

/** A worker that is past its start; by default it has one peer. */
function worker({ state = {}, peers = [a], policy, changes = {} }: Setup): WorkerContext {
  const context = createWorkerContext({ state: { ...initialSyncState(), ...state }, peers, policy });
  return { ...context, notBefore: 0, ...changes };
}

const neverDrawn = (): number => {
  throw new Error('nothing is to be drawn here');
};
const decided = (setup: Setup, now: number = NOW): Decision =>
  decide(worker(setup), now, neverDrawn).context.decision;

/** The last run ended at this time, as a restored worker knows it. */
const ended = (at: number, due: number): Partial<SyncWorkerState> => ({
  lastOutcome: 'ok',
  lastSyncFinishedAt: at,
  nextSyncDueAt: due,
});

describe('a worker that waits', () => {
  test('runs when it is due, and not a moment earlier', () => {
    const setup = { state: ended(NOW - 100, NOW) };
    expect(decided(setup, NOW - 0.001)).toEqual({
      kind: 'wait',
      at: NOW - 0.001,
      until: NOW,
      rule: 'interval',
      peerUrl: '',
    });
    expect(decided(setup)).toEqual({ kind: 'run', at: NOW, until: NOW, rule: 'due', peerUrl: a });
  });

  test('says which rule and which peer set its due time', () => {
    const due = { rule: 'retry-after', peerUrl: b, jitterSeconds: 0 } as const;
    const setup = { state: ended(NOW - 100, NOW + 50), changes: { due } };
    expect(decided(setup)).toMatchObject({ kind: 'wait', until: NOW + 50, rule: 'retry-after', peerUrl: b });
  });

  test('runs at once if it never ran, also before 1970', () => {
    expect(decided({})).toMatchObject({ kind: 'run' });
    expect(decided({}, -5)).toMatchObject({ kind: 'run', at: -5 });
  });

  test.for(['requested', 'forced', 'new-peer'] as const)('runs before it is due if %s', (request) => {
    const setup = { state: ended(NOW - 100, NOW + 50), changes: { request } };
    expect(decided(setup)).toMatchObject({ kind: 'run', peerUrl: a });
  });

  test('is solo without an enabled sync peer', () => {
    for (const peers of [[], [{ peerUrl: a, enabled: false }], [{ peerUrl: a, bucket: 'push' as const }]]) {
      expect(decided({ peers })).toEqual({ kind: 'solo', at: NOW, until: NOW, rule: 'due', peerUrl: '' });
    }
  });

  test('runs as soon as it is no longer alone', () => {
    const state = { ...ended(NOW - 100, NOW + 50), lastOutcome: 'solo' } as const;
    expect(decided({ state })).toMatchObject({ kind: 'run' });
    expect(decided({ state, peers: [] })).toMatchObject({ kind: 'wait', until: NOW + 50 });
    expect(decided({ state: { ...state, lastOutcome: 'error' } })).toMatchObject({ kind: 'wait' });
  });

  test('waits for the first peer that may be asked; by force, for a Retry-After only', () => {
    const peers = [
      { peerUrl: a, cooldownUntil: NOW + 60 },
      { peerUrl: b, cooldownUntil: NOW + 40, retryAfter: { until: NOW + 90, header: '90' } },
    ];
    expect(decided({ peers })).toEqual({
      kind: 'wait',
      at: NOW,
      until: NOW + 60,
      rule: 'cooldown',
      peerUrl: a,
    });
    const forced = { request: 'forced' } as const;
    expect(decided({ peers, changes: forced })).toMatchObject({ kind: 'run', peerUrl: a });
    expect(decided({ peers: peers.slice(1), changes: forced })).toEqual({
      kind: 'wait',
      at: NOW,
      until: NOW + 90,
      rule: 'retry-after',
      peerUrl: b,
    });
  });
});

describe('the pause between two runs', () => {
  test.for([
    ['the end of the last run', { changes: { endedAt: NOW - 0.25 } }, NOW + 0.75],
    ['the end of a run on record, which is truncated', { state: ended(NOW - 1, NOW - 100) }, NOW + 1],
    ['the due time of a run that was withdrawn', { state: { nextSyncDueAt: NOW + 1 } }, NOW + 1],
  ] as const)('counts from %s, whatever was requested', ([, setup, until]) => {
    const { changes = {} } = setup as Setup;
    const requested = { ...setup, changes: { ...changes, request: 'forced' } } as const;
    expect(decided(requested)).toEqual({ kind: 'wait', at: NOW, until, rule: 'floor', peerUrl: '' });
  });

  test.for([
    ['is over after a second', { endedAt: NOW - 1 }],
    ['is none if the clock was set back', { endedAt: NOW + 1.5 }],
    ['is none before the first run', { endedAt: null }],
  ] as const)('%s', ([, changes]) => {
    expect(decided({ changes: { ...changes, request: 'requested' } })).toMatchObject({ kind: 'run' });
  });

  test('holds if the clock was set back by less than a second', () => {
    expect(decided({ changes: { endedAt: NOW + 1 } })).toMatchObject({ rule: 'floor', until: NOW + 2 });
  });

  test('by what is on record is none once the run that ended is known', () => {
    const state = ended(NOW - 1, NOW - 100);
    expect(decided({ state, changes: { endedAt: NOW - 50 } })).toMatchObject({ kind: 'run' });
  });

  test('by what is on record lasts until the later of its two ends', () => {
    const requested = { request: 'requested' } as const;
    const floors = (at: number, due: number, now: number): number =>
      decided({ state: ended(at, due), changes: requested }, now).until;
    expect(floors(NOW - 1, NOW, NOW - 0.5)).toBe(NOW + 1);
    expect(floors(NOW - 9, NOW, NOW - 0.5)).toBe(NOW);
    expect(decided({ state: ended(NOW - 1, NOW), changes: requested }, NOW + 1).kind).toBe('run');
  });
});

describe('the spread of a start', () => {
  const policy = { intervalSeconds: 300, spreadRatio: 0.5 };
  const start = { policy, changes: { notBefore: null } };

  test('is drawn once, and holds up the first run but no request', () => {
    const { context } = decide(worker(start), NOW, () => 0.4);
    expect(context).toMatchObject({
      notBefore: NOW + 60,
      decision: { kind: 'wait', until: NOW + 60, rule: 'spread', peerUrl: '' },
    });
    expect(decide(context, NOW + 59, neverDrawn).context.notBefore).toBe(NOW + 60);
    expect(decide(context, NOW + 60, neverDrawn).context.decision.kind).toBe('run');
    const requested = { ...context, request: 'requested' } as const;
    expect(decide(requested, NOW, neverDrawn).context.decision.kind).toBe('run');
    const newPeer = { ...context, request: 'new-peer' } as const;
    expect(decide(newPeer, NOW, neverDrawn).context.decision.rule).toBe('spread');
  });

  test('is none without a ratio or an interval', () => {
    for (const other of [{ spreadRatio: 0 }, { ...policy, intervalSeconds: 0 }]) {
      const { context } = decide(worker({ ...start, policy: other }), NOW, neverDrawn);
      expect(context).toMatchObject({ notBefore: 0, decision: { kind: 'run' } });
    }
  });

  test('is cut to its longest where the clock was set back', () => {
    const { context } = decide(worker({ ...start, changes: { notBefore: NOW + 1e6 } }), NOW, neverDrawn);
    expect(context.notBefore).toBe(NOW + 301);
    const long = {
      ...start,
      policy: { ...policy, intervalSeconds: 1000 },
      changes: { notBefore: NOW + 1e6 },
    };
    expect(decide(worker(long), NOW, neverDrawn).context.notBefore).toBe(NOW + 500);
  });

  test('stays a number for the largest interval and ratio', () => {
    const most = { intervalSeconds: Number.MAX_VALUE, spreadRatio: Number.MAX_VALUE };
    const { context } = decide(worker({ ...start, policy: most }), NOW, () => 1);
    expect(context.notBefore).toBe(NOW + Number.MAX_SAFE_INTEGER / 2);
  });
});

describe('a run that a crash left', () => {
  const left = (startedAt: number): Setup => ({
    state: { lastOutcome: 'running', lastSyncStartedAt: startedAt, lastPeerUrl: a },
    policy: { stuckAfterSeconds: 300, spreadRatio: 1 },
    changes: { notBefore: null, request: 'forced' },
  });

  test('is waited out, and one second more, also by a request', () => {
    expect(decided(left(NOW - 100))).toEqual({
      kind: 'wait',
      at: NOW,
      until: NOW + 201,
      rule: 'stuck limit',
      peerUrl: '',
    });
    expect(decided(left(NOW - 301))).toMatchObject({ kind: 'run' });
    expect(decided(left(NOW - 301), NOW - 0.001)).toMatchObject({ kind: 'wait' });
  });

  test('from a clock that was ahead is waited out from now', () => {
    expect(decided(left(NOW + 1e6))).toMatchObject({ rule: 'stuck limit', until: NOW + 301 });
  });

  test('that has no time is over', () => {
    expect(decided(left(0))).toMatchObject({ kind: 'run' });
    expect(decided(left(-5), -4)).toMatchObject({ kind: 'run' });
  });
});

describe('within a run', () => {
  const run = (tried: readonly string[]): Setup => ({
    peers: [a, b],
    state: { lastOutcome: 'running', nextSyncDueAt: NOW + 500 },
    changes: {
      run: {
        startedAt: NOW - 5,
        stuckAfterSeconds: 300,
        peer: createPeerRecord(a),
        attemptStartedAt: NOW - 5,
        triedPeers: tried,
        heldPeers: 0,
        forced: false,
        failure: null,
      },
    },
  });

  test('the next peer is asked, if there is one', () => {
    expect(decided(run([a]))).toEqual({ kind: 'run', at: NOW, until: NOW, rule: 'due', peerUrl: b });
    expect(decided(run([a, b]))).toEqual({ kind: 'wait', at: NOW, until: NOW, rule: 'due', peerUrl: '' });
  });
});

describe('a decision', () => {
  test('cuts a wait that is longer than any, and says so', () => {
    const context = worker({ state: ended(NOW - 100, NOW + 1e9) });
    const step = decide(context, NOW, neverDrawn);
    expect(step.isBounded).toBe(true);
    expect(step.context.bounded).not.toBeNull();
    expect(step.context.worker.nextSyncDueAt).toBeLessThan(NOW + 10_000);
    expect(step.context.decision.until).toBe(step.context.worker.nextSyncDueAt);
    const again = decide(step.context, NOW, neverDrawn);
    expect(again).toMatchObject({ isBounded: false, clockBehindSeconds: 0 });
    expect(again.context.bounded).toBe(step.context.bounded);
  });

  test('says by how much the clock is behind', () => {
    const context = worker({ state: ended(NOW + 500, NOW + 1e6) });
    expect(decide(context, NOW, neverDrawn).clockBehindSeconds).toBe(500);
  });

  test('changes nothing but itself where no wait is cut', () => {
    const context = worker({ state: ended(NOW - 100, NOW + 50) });
    const step = decide(context, NOW, neverDrawn);
    expect(step).toEqual({
      context: { ...context, decision: step.context.decision },
      isBounded: false,
      clockBehindSeconds: 0,
    });
    expect(step.context.worker).toBe(context.worker);
    expect(step.context.peers).toBe(context.peers);
  });
});

test.for([
  [{ cooldownUntil: NOW + 5 }, 'cooldown'],
  [{ retryAfter: { until: NOW + 5, header: '' } }, 'retry-after'],
  [{ cooldownUntil: NOW + 5, retryAfter: { until: NOW + 5, header: '' } }, 'retry-after'],
  [{ cooldownUntil: NOW + 6, retryAfter: { until: NOW + 5, header: '' } }, 'cooldown'],
  [{ cooldownUntil: NOW - 9, retryAfter: { until: NOW, header: '' } }, 'cooldown'],
  [{}, 'cooldown'],
] as const)('the rule behind the wait of a peer %j is %s', ([fields, rule]) => {
  expect(ruleOf(createPeerRecord({ peerUrl: a, ...fields }), NOW)).toBe(rule);
});
