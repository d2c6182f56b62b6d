import { describe, expect, it } from 'vitest';
import { createPeerRecord, isPeerList, type PeerRecord, peerKey } from '../../src/policy/peer-record.ts';
import { eligibleSyncPeers, mayBeAskedAt, nextAskAt } from '../../src/policy/peer-selection.ts';
import {
  dropExpired,
  keepRetryAfter,
  keepWaits,
  recordSeen,
  recordSyncFailure,
  recordSyncSuccess,
  rememberRemoved,
} from '../../src/policy/peer-updates.ts';
import { peerFromWire, peerToWire } from '../../src/policy/peer-wire.ts';
import { fc } from '../support/property.ts';
import { anyTime, comparableNumber, fairTime } from './any-number.ts';
import { anyFailure, anyPeerRecord, hasStorableNumbers } from './any-peer-record.ts';
import { deepFreeze } from './deep-freeze.ts';

const MOST = Number.MAX_SAFE_INTEGER;
const frozenPeer = anyPeerRecord.map(deepFreeze);
const peer = createPeerRecord('http://a.example');

describe('keepRetryAfter', () => {
  it('takes over the later of two Retry-Afters with its header, and nothing else', () => {
    fc.assert(
      fc.property(frozenPeer, frozenPeer, (next, known) => {
        const kept = keepRetryAfter(next, known);
        const both = [next.retryAfter, known.retryAfter].filter((one) => one !== null);
        const latest = both.reduce<PeerRecord['retryAfter']>(
          (late, one) => (late === null || one.until > late.until ? one : late),
          null,
        );
        expect(kept).toStrictEqual({ ...next, retryAfter: latest });
      }),
    );
  });

  it('takes over no header of a Retry-After that is not the one kept', () => {
    const next = { ...peer, retryAfter: { until: 1000, header: '60' } };
    const known = { ...peer, retryAfter: { until: 2000, header: '' } };
    expect(keepRetryAfter(next, known).retryAfter).toEqual({ until: 2000, header: '' });
  });

  it('gives back the same record where there is nothing to take over', () => {
    const next = { ...peer, retryAfter: { until: 1000, header: '60' } };
    expect(keepRetryAfter(next, { ...peer, retryAfter: { until: 1000, header: '' } })).toBe(next);
    expect(keepRetryAfter(peer, peer)).toBe(peer);
  });
});

describe('removed peers', () => {
  const peers = fc.array(frozenPeer, { maxLength: 8 });

  it('are kept while their cooldown or Retry-After runs, marked as removed, and never asked', () => {
    fc.assert(
      fc.property(peers, anyTime, (removed, now) => {
        const running = removed.filter((record) => !mayBeAskedAt(record, now));
        const kept = rememberRemoved(removed, now);
        expect(kept).toStrictEqual(running.map((record) => ({ ...record, enabled: false, removed: true })));
        expect(eligibleSyncPeers(kept, { now: MOST })).toEqual([]);
      }),
    );
  });

  it('are dropped once their waits are over, and nobody else is', () => {
    fc.assert(
      fc.property(peers, fc.oneof(fc.constantFrom(0, 99.5, 100), anyTime), (some, now) => {
        const left = dropExpired(some, now);
        const over = (record: PeerRecord): boolean => record.removed && mayBeAskedAt(record, now);
        expect(left).toEqual(some.filter((record) => !over(record)));
      }),
    );
    const marked = rememberRemoved([{ ...peer, retryAfter: { until: 1000, header: '' } }], 0);
    expect([999.999, 1000].map((now) => dropExpired(marked, now).length)).toEqual([1, 0]);
  });
});

describe('keepWaits', () => {
  const names = fc.constantFrom('http://a.example', 'http://b.example', 'http://c.example');
  const list = fc.uniqueArray(
    fc.tuple(frozenPeer, names).map(([record, peerUrl]) => ({ ...record, peerUrl })),
    { selector: peerKey, maxLength: 4 },
  );

  it('gives what was loaded, with the later Retry-After of what is remembered, and the waits that were not loaded', () => {
    fc.assert(
      fc.property(list, list, anyTime, (loaded, remembered, now) => {
        const find = (records: readonly PeerRecord[], one: PeerRecord): PeerRecord | undefined =>
          records.find((record) => peerKey(record) === peerKey(one));
        const kept = keepWaits(loaded, remembered, now);
        expect(kept).toStrictEqual([
          ...loaded.map((record) => keepRetryAfter(record, find(remembered, record) ?? record)),
          ...rememberRemoved(
            remembered.filter((record) => find(loaded, record) === undefined),
            now,
          ),
        ]);
        expect(isPeerList(kept)).toBe(true);
      }),
    );
  });
});

describe('the memory of a peer', () => {
  const step = fc.record({
    kind: fc.constantFrom('failure', 'success', 'seen', 'restart', 'replaced'),
    now: fc.oneof(fairTime, comparableNumber),
    failure: anyFailure,
    seconds: comparableNumber,
  });

  it('never loses a Retry-After, whatever comes after it and however the clock goes', () => {
    fc.assert(
      fc.property(frozenPeer, fc.array(step, { maxLength: 20 }), (first, steps) => {
        let record = first;
        let promised = first.retryAfter?.until ?? Number.NEGATIVE_INFINITY;
        for (const { kind, now, failure, seconds } of steps) {
          if (kind === 'success') record = recordSyncSuccess(record, { now });
          if (kind === 'seen') record = recordSeen(record, { now });
          if (kind === 'restart') record = peerFromWire(JSON.parse(JSON.stringify(peerToWire(record))));
          if (kind === 'replaced') record = keepRetryAfter(createPeerRecord(first.peerUrl), record);
          if (kind === 'failure') {
            record = recordSyncFailure(record, { ...failure, now, retryAfterSeconds: seconds });
            if (seconds > 0) promised = Math.max(promised, Math.min(MOST, now + Math.min(MOST, seconds)));
          }
          record = deepFreeze(record);
          expect(nextAskAt(record)).toBeGreaterThanOrEqual(promised);
          expect(record).toSatisfy(hasStorableNumbers);
        }
      }),
    );
  });
});
