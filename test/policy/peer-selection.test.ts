import { describe, expect, it } from 'vitest';
import type { PeerRecord } from '../../src/policy/peer-record.ts';
import { createPeerRecord } from '../../src/policy/peer-record.ts';
import {
  eligibleSyncPeers,
  inAskingOrder,
  isSyncPeer,
  nextAskAt,
  retryAfterUntil,
} from '../../src/policy/peer-selection.ts';
import { fc } from '../support/property.ts';
import { anyTime } from './any-number.ts';
import { anyPeerRecord } from './any-peer-record.ts';
import { deepFreeze } from './deep-freeze.ts';

const anyPeers = fc
  .uniqueArray(anyPeerRecord, { selector: ({ peerUrl }) => peerUrl, maxLength: 12 })
  .map(deepFreeze);
const now = fc.oneof(fc.constantFrom(0, 100, 1_700_000_000, 1_700_000_000.5, 2 ** 53), anyTime);

/** The rule once more, one word after the other. */
function mayBeAsked(peer: PeerRecord, at: number): boolean {
  const { bucket, enabled, cooldownUntil, retryAfter, excluded } = peer;
  const waits = [retryAfter?.until ?? Number.NEGATIVE_INFINITY];
  if (cooldownUntil !== 0) waits.push(cooldownUntil);
  return (
    bucket === 'sync' &&
    enabled &&
    excluded === '' &&
    !Number.isNaN(at) &&
    (waits.every((until) => until <= at) || Math.max(...waits) === 0)
  );
}

function isBetter(a: PeerRecord, b: PeerRecord): boolean {
  if (a.lastSyncOkAt !== b.lastSyncOkAt) return a.lastSyncOkAt > b.lastSyncOkAt;
  if (isSeed(a) !== isSeed(b)) return isSeed(a);
  if (a.failureCount !== b.failureCount) return a.failureCount < b.failureCount;
  if (a.addedAt !== b.addedAt) return a.addedAt < b.addedAt;
  return a.peerUrl < b.peerUrl;
}

function isSeed({ role, source }: PeerRecord): boolean {
  return /^\s*seed\s*$/i.test(role) && /^\s*(bundle|bootstrap_promoted)\s*$/i.test(source);
}

describe('eligibleSyncPeers', () => {
  it('keeps exactly the enabled sync peers whose cooldown and Retry-After are over', () => {
    fc.assert(
      fc.property(anyPeers, now, (peers, at) => {
        const kept = new Set(eligibleSyncPeers(peers, { now: at }));
        for (const peer of peers) expect(kept.has(peer)).toBe(mayBeAsked(peer, at));
        expect(kept.size).toBe(peers.filter((peer) => mayBeAsked(peer, at)).length);
      }),
    );
  });

  it('puts the better peer first', () => {
    fc.assert(
      fc.property(anyPeers, now, (peers, at) => {
        const order = eligibleSyncPeers(peers, { now: at });
        for (const [index, peer] of order.entries()) {
          for (const worse of order.slice(index + 1)) expect(isBetter(peer, worse)).toBe(true);
        }
      }),
    );
  });

  it('gives the same order whatever order the peers come in', () => {
    const shuffled = anyPeers.chain((peers) =>
      fc.tuple(
        fc.constant(peers),
        fc.shuffledSubarray([...peers], { minLength: peers.length, maxLength: peers.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, now, ([peers, others], at) => {
        expect(eligibleSyncPeers(others, { now: at })).toEqual(eligibleSyncPeers(peers, { now: at }));
      }),
    );
  });

  it('asks nobody if the time is NaN', () => {
    expect(eligibleSyncPeers([createPeerRecord('http://a.example')], { now: Number.NaN })).toEqual([]);
  });

  it('asks a peer that waits for nothing at a time before 1970', () => {
    const peer = createPeerRecord('http://a.example');
    expect(eligibleSyncPeers([peer], { now: -5 })).toEqual([peer]);
  });

  it('keeps a peer out until its cooldown is over, and not a moment longer', () => {
    const peer = createPeerRecord({ peerUrl: 'http://a.example', cooldownUntil: 1000 });
    const counts = [999, 999.999, 1000].map((at) => eligibleSyncPeers([peer], { now: at }).length);
    expect(counts).toEqual([0, 0, 1]);
  });

  it('keeps a peer out until its Retry-After is over, even where the cooldown was cleared', () => {
    const peer = createPeerRecord({
      peerUrl: 'http://a.example',
      cooldownUntil: 0,
      metadata: { retry_after_until: 1000 },
    });
    const counts = [999, 999.999, 1000].map((at) => eligibleSyncPeers([peer], { now: at }).length);
    expect(counts).toEqual([0, 0, 1]);
  });
});

describe('the asking order', () => {
  it.each([
    {
      rule: 'newest success',
      better: { lastSyncOkAt: 2, role: 'relay', failureCount: 9, addedAt: 9 },
      worse: { lastSyncOkAt: 1, role: 'seed', source: 'bundle' },
    },
    {
      rule: 'seed of the bundle',
      better: { role: ' Seed ', source: 'BUNDLE\t', failureCount: 9, addedAt: 9 },
      worse: { role: 'seed', source: 'operator' },
    },
    {
      rule: 'seed that was promoted',
      better: { role: 'SEED', source: 'Bootstrap_Promoted', failureCount: 9, addedAt: 9 },
      worse: { role: 'relay', source: 'bundle' },
    },
    { rule: 'fewest failures', better: { failureCount: 1, addedAt: 9 }, worse: { failureCount: 2 } },
    { rule: 'longest known', better: { addedAt: 1 }, worse: { addedAt: 2 } },
  ])('prefers the $rule', ({ better, worse }) => {
    const good = createPeerRecord({ ...better, peerUrl: 'http://z.example' });
    const bad = createPeerRecord({ ...worse, peerUrl: 'http://a.example' });
    expect(inAskingOrder([bad, good])).toEqual([good, bad]);
    expect(inAskingOrder([good, bad])).toEqual([good, bad]);
  });

  it('goes by the URL where all else is equal', () => {
    const [a, b] = [createPeerRecord('http://a.example'), createPeerRecord('http://b.example')];
    expect(inAskingOrder([b, a])).toEqual([a, b]);
    expect(inAskingOrder([a, b])).toEqual([a, b]);
  });

  it('leaves the given list alone and loses nobody', () => {
    fc.assert(
      fc.property(anyPeers, (peers) => {
        const before = [...peers];
        const order = inAskingOrder(peers);
        expect(new Set(order)).toEqual(new Set(before));
        expect(order).toHaveLength(before.length);
      }),
    );
  });
});

describe('the next moment a peer may be asked', () => {
  it('is the later end of cooldown and Retry-After', () => {
    fc.assert(
      fc.property(anyPeerRecord, (peer) => {
        const until = peer.retryAfter?.until ?? 0;
        expect(retryAfterUntil(peer)).toBe(until);
        const cooldown = peer.cooldownUntil || Number.NEGATIVE_INFINITY;
        const end = peer.retryAfter === null ? peer.cooldownUntil : Math.max(cooldown, until);
        expect(nextAskAt(peer)).toBe(end);
      }),
    );
  });
});

describe('a peer that is asked at all', () => {
  it('is an enabled sync peer that nothing excludes', () => {
    fc.assert(
      fc.property(anyPeerRecord, (peer) => {
        expect(isSyncPeer(peer)).toBe(peer.bucket === 'sync' && peer.enabled && peer.excluded === '');
      }),
    );
  });
});
