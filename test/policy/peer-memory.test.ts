import { describe, expect, it } from 'vitest';
import { createPeerRecord, type PeerRecord, peerFromWire, peerToWire } from '../../src/policy/peer-record.ts';
import { eligibleSyncPeers, nextAskAt, retryAfterUntil } from '../../src/policy/peer-selection.ts';
import {
  dropExpired,
  keepRetryAfter,
  keepUntilRetryAfter,
  recordSeen,
  recordSyncFailure,
  recordSyncSuccess,
} from '../../src/policy/peer-updates.ts';
import { fc } from '../support/property.ts';
import { anyTime, comparableNumber, fairTime } from './any-number.ts';
import { anyFailure, anyPeerRecord, foreignMetadata, hasStorableNumbers } from './any-peer-record.ts';
import { deepFreeze } from './deep-freeze.ts';

const MOST = Number.MAX_SAFE_INTEGER;
const frozenPeer = anyPeerRecord.map(deepFreeze);
const peer = createPeerRecord('http://a.example');

describe('keepRetryAfter', () => {
  it('takes over the later of two Retry-Afters with its header, and nothing else', () => {
    fc.assert(
      fc.property(frozenPeer, frozenPeer, (next, known) => {
        const kept = keepRetryAfter(next, known);
        expect(retryAfterUntil(kept)).toBe(Math.max(retryAfterUntil(next), retryAfterUntil(known)));
        const from = retryAfterUntil(known) > retryAfterUntil(next) ? known : next;
        expect(kept.metadata['retry_after_header']).toBe(from.metadata['retry_after_header']);
        expect(foreignMetadata(kept)).toEqual(foreignMetadata(next));
        expect({ ...kept, metadata: {} }).toStrictEqual({ ...next, metadata: {} });
        expect(nextAskAt(kept)).toBeGreaterThanOrEqual(Math.max(nextAskAt(next), retryAfterUntil(known)));
      }),
    );
  });

  it('takes over no header of a Retry-After that is not the one kept', () => {
    const next = { ...peer, metadata: { retry_after_until: 1000, retry_after_header: '60' } };
    const known = { ...peer, metadata: { retry_after_until: 2000 } };
    expect(keepRetryAfter(next, known).metadata).toEqual({ retry_after_until: 2000 });
  });

  it('gives back the same record where there is nothing to take over', () => {
    const next = { ...peer, metadata: { retry_after_until: 1000 } };
    expect(keepRetryAfter(next, { ...peer, metadata: { retry_after_until: 1000 } })).toBe(next);
    expect(keepRetryAfter(peer, peer)).toBe(peer);
  });
});

describe('removed peers', () => {
  const peers = fc.array(frozenPeer, { maxLength: 8 });

  it('are kept while their Retry-After runs, marked as removed, and never asked', () => {
    fc.assert(
      fc.property(peers, anyTime, (removed, now) => {
        const running = removed.filter((record) => retryAfterUntil(record) > now);
        const kept = keepUntilRetryAfter(removed, now);
        expect(kept).toStrictEqual(
          running.map((record) => ({
            ...record,
            enabled: false,
            metadata: { ...record.metadata, removed: true },
          })),
        );
        expect(eligibleSyncPeers(kept, { now: MOST })).toEqual([]);
      }),
    );
  });

  it('are dropped once their Retry-After is over, and nobody else is', () => {
    fc.assert(
      fc.property(peers, fc.oneof(fc.constantFrom(0, 99.5, 100), anyTime), (some, now) => {
        const left = dropExpired(some, now);
        const over = (record: PeerRecord): boolean =>
          record.metadata['removed'] === true && !(retryAfterUntil(record) > now);
        expect(left).toEqual(some.filter((record) => !over(record)));
      }),
    );
    const marked = keepUntilRetryAfter([{ ...peer, metadata: { retry_after_until: 1000 } }], 0);
    expect([999.999, 1000].map((now) => dropExpired(marked, now).length)).toEqual([1, 0]);
  });
});

describe('the memory of a peer', () => {
  const step = fc.record({
    kind: fc.constantFrom('failure', 'success', 'seen', 'restart', 'replaced'),
    now: fc.oneof(fairTime, comparableNumber),
    failure: anyFailure,
    wish: comparableNumber,
  });

  it('never forgets a Retry-After, whatever comes after it and however the clock goes', () => {
    fc.assert(
      fc.property(frozenPeer, fc.array(step, { maxLength: 20 }), (first, steps) => {
        let record = first;
        let promised = retryAfterUntil(first);
        for (const { kind, now, failure, wish } of steps) {
          if (kind === 'success') record = recordSyncSuccess(record, { now });
          if (kind === 'seen') record = recordSeen(record, { now });
          if (kind === 'restart') record = peerFromWire(JSON.parse(JSON.stringify(peerToWire(record))));
          if (kind === 'replaced') record = keepRetryAfter(createPeerRecord(first.peerUrl), record);
          if (kind === 'failure') {
            record = recordSyncFailure(record, { ...failure, now, retryAfterSeconds: wish });
            if (wish > 0) promised = Math.max(promised, Math.min(MOST, now + Math.min(MOST, wish)));
          }
          record = deepFreeze(record);
          expect(nextAskAt(record)).toBeGreaterThanOrEqual(promised);
          expect(record).toSatisfy(hasStorableNumbers);
        }
      }),
    );
  });
});
