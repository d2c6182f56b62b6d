import { describe, expect, test } from 'vitest';
import { createPeerRecord, type PeerRecord, type PeerRecordInput } from '../../src/policy/peer-record.ts';
import type { SyncPolicyOptions } from '../../src/policy/sync-policy.ts';
import { askTime, earliestPeer, firstPeer, followingPeer } from '../../src/schedule/choose-peer.ts';
import { createWorkerContext, type Run, type WorkerContext } from '../../src/schedule/worker-context.ts';

const NOW = 1000;
const urlOf = (name: string): string => `http://${name}.example`;
const nameOf = (peer: PeerRecord | undefined): string | undefined => peer?.peerUrl[7];

/** A peer by its letter. */
function peer(name: string, fields: Omit<PeerRecordInput, 'peerUrl'> = {}): PeerRecordInput {
  return { ...fields, peerUrl: urlOf(name) };
}

function context(
  peers: readonly PeerRecordInput[],
  changes: Partial<WorkerContext> = {},
  policy: SyncPolicyOptions = {},
): WorkerContext {
  return { ...createWorkerContext({ peers, policy }), ...changes };
}

function inRun(tried: string, run: Partial<Run> = {}): Partial<WorkerContext> {
  return {
    run: {
      startedAt: NOW,
      stuckAfterSeconds: 300,
      peer: createPeerRecord(urlOf(tried.at(-1) ?? '')),
      attemptStartedAt: NOW,
      triedPeers: [...tried].map(urlOf),
      heldPeers: 0,
      forced: false,
      failure: null,
      ...run,
    },
  };
}

/** The last run ended well at this peer. */
function afterRunAt(name: string): Partial<WorkerContext> {
  const { worker } = createWorkerContext();
  return { worker: { ...worker, lastOutcome: 'ok', lastPeerUrl: urlOf(name) } };
}

const cooling = { cooldownUntil: NOW + 60 };
const refused = { retryAfter: { until: NOW + 60, header: '60' } };

describe('the first peer of a run', () => {
  test('is the best that may be asked', () => {
    expect(nameOf(firstPeer(context([peer('a', { failureCount: 1 }), peer('b')]), NOW))).toBe('b');
    expect(nameOf(firstPeer(context([peer('a', cooling), peer('b', { failureCount: 1 })]), NOW))).toBe('b');
    expect(firstPeer(context([peer('a', cooling), peer('b', refused)]), NOW)).toBeUndefined();
    expect(firstPeer(context([]), NOW)).toBeUndefined();
  });

  test('by force is one that cools down, after all others and never during its Retry-After', () => {
    const forced = { request: 'forced' } as const;
    expect(
      nameOf(firstPeer(context([peer('a', cooling), peer('b', { failureCount: 9 })], forced), NOW)),
    ).toBe('b');
    expect(nameOf(firstPeer(context([peer('b', cooling), peer('a', refused)], forced), NOW))).toBe('b');
    const worse = { ...cooling, failureCount: 2 };
    expect(nameOf(firstPeer(context([peer('a', worse), peer('b', cooling)], forced), NOW))).toBe('b');
    for (const fields of [{ enabled: false }, { bucket: 'push' }, { excluded: 'onion' }] as const) {
      expect(firstPeer(context([peer('a', { ...cooling, ...fields })], forced), NOW)).toBeUndefined();
    }
    const requested = { request: 'requested' } as const;
    expect(firstPeer(context([peer('a', cooling)], requested), NOW)).toBeUndefined();
  });

  test('is a stuck one only after all others, the longest stuck first', () => {
    const three = [peer('a'), peer('b'), peer('c')];
    expect(nameOf(firstPeer(context(three, { stuckPeers: [urlOf('a')] }), NOW))).toBe('b');
    const all = { stuckPeers: ['c', 'a', 'b'].map(urlOf) };
    expect(nameOf(firstPeer(context(three, all), NOW))).toBe('c');
  });

  describe('after a run without news', () => {
    const asked = (name: string, lastAskedAt: number, fields = {}): PeerRecordInput =>
      peer(name, { lastAskedAt, lastSyncOkAt: lastAskedAt, ...fields });
    const stale = { lastBroughtNews: false };

    test('is the one that was asked longest ago', () => {
      const peers = [asked('a', 900, stale), asked('b', 700), asked('c', 800)];
      expect(nameOf(firstPeer(context(peers, afterRunAt('a')), NOW))).toBe('b');
      expect(nameOf(firstPeer(context([...peers].reverse(), afterRunAt('a')), NOW))).toBe('b');
    });

    test('is the better of two that were asked at the same time', () => {
      const peers = [
        asked('a', 900, stale),
        asked('b', 700, { addedAt: 2 }),
        asked('c', 700, { addedAt: 1 }),
      ];
      expect(nameOf(firstPeer(context(peers, afterRunAt('a')), NOW))).toBe('c');
    });

    test.for([
      ['that failed', { failureCount: 1 }, {}],
      ['that cools down', cooling, {}],
      ['that is stuck', {}, { stuckPeers: [urlOf('b')] }],
    ] as const)('is none %s', ([, fields, changes]) => {
      const peers = [asked('a', 900, stale), asked('b', 700, fields)];
      const found = firstPeer(context(peers, { ...afterRunAt('a'), ...changes, request: 'forced' }), NOW);
      expect(nameOf(found)).toBe('a');
    });

    test('is the best if none can be trusted', () => {
      const peers = [asked('a', 900, { ...stale, failureCount: 1 }), asked('b', 700, { failureCount: 1 })];
      expect(nameOf(firstPeer(context(peers, afterRunAt('a')), NOW))).toBe('a');
    });

    test.for([
      ['brought news', {}, afterRunAt('a')],
      ['is only a push peer', { ...stale, bucket: 'push' }, afterRunAt('a')],
      ['is another one', stale, afterRunAt('c')],
      ['failed', stale, { worker: { ...createWorkerContext().worker, lastPeerUrl: urlOf('a') } }],
    ] as const)('rotates nothing if its peer %s', ([, fields, changes]) => {
      const peers = [asked('a', 900, { lastSyncOkAt: 1, ...fields }), asked('b', 800), asked('c', 700)];
      expect(nameOf(firstPeer(context(peers, changes), NOW))).toBe('b');
    });
  });
});

describe('the next peer of a run', () => {
  const four = [peer('a'), peer('b'), peer('c'), peer('d')];
  const limit = { maxPeersPerRun: 2 };

  test('is the best that the run has not tried', () => {
    expect(nameOf(followingPeer(context(four, inRun('b')), NOW))).toBe('a');
    expect(nameOf(followingPeer(context(four, inRun('ab')), NOW))).toBe('c');
    expect(followingPeer(context([peer('a')], inRun('a')), NOW)).toBeUndefined();
  });

  test('is none outside of a run, or after a fault on our side', () => {
    expect(followingPeer(context(four), NOW)).toBeUndefined();
    const failure = { outcome: 'error', error: 'disk full', local: true } as const;
    expect(followingPeer(context(four, inRun('a', { failure })), NOW)).toBeUndefined();
    const theirs = { ...failure, local: false };
    expect(nameOf(followingPeer(context(four, inRun('a', { failure: theirs })), NOW))).toBe('b');
  });

  test('is none once as many were asked as allowed; held ones do not count', () => {
    expect(nameOf(followingPeer(context(four, inRun('a'), limit), NOW))).toBe('b');
    expect(followingPeer(context(four, inRun('ab'), limit), NOW)).toBeUndefined();
    expect(nameOf(followingPeer(context(four, inRun('ab', { heldPeers: 1 }), limit), NOW))).toBe('c');
    expect(followingPeer(context(four, inRun('abc', { heldPeers: 1 }), limit), NOW)).toBeUndefined();
  });

  test('may cool down only in a run that is forced', () => {
    const peers = [peer('a'), peer('b', cooling)];
    expect(followingPeer(context(peers, { ...inRun('a'), request: 'forced' }), NOW)).toBeUndefined();
    expect(nameOf(followingPeer(context(peers, inRun('a', { forced: true })), NOW))).toBe('b');
  });
});

describe('the peer that may be asked first', () => {
  const peers = [
    peer('a', { cooldownUntil: 300 }),
    peer('b', { cooldownUntil: 200, retryAfter: { until: 250, header: '' } }),
    peer('c', { cooldownUntil: 400 }),
    peer('d', { cooldownUntil: 100, enabled: false }),
  ].map(createPeerRecord);

  test('is the enabled sync peer whose waits end first; by force cooldowns do not count', () => {
    expect(nameOf(earliestPeer(peers, false))).toBe('b');
    expect(nameOf(earliestPeer(peers, true))).toBe('a');
    expect(nameOf(earliestPeer([...peers].reverse(), true))).toBe('c');
    expect(earliestPeer(peers.slice(3), false)).toBeUndefined();
    expect(earliestPeer([], false)).toBeUndefined();
  });

  test('may be asked at the end of its waits', () => {
    expect(peers.map(askTime(false))).toEqual([300, 250, 400, 100]);
    expect(peers.map(askTime(true))).toEqual([0, 250, 0, 0]);
  });
});
