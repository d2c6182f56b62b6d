import { describe, expect, test } from 'vitest';
import { changePeers } from '../../src/control/change-peers.ts';
import type { PeerChange } from '../../src/control/control.ts';
import { retryAfterUntil } from '../../src/core.ts';
import { createPeerRecord, type PeerRecord, type PeerRecordInput } from '../../src/index.ts';
import { anyPeerUrl } from '../policy/any-peer-record.ts';
import { anyPeerList } from '../storage/disk/any-peer-list.ts';
import { fc } from '../support/property.ts';

const NOW = 1_800_000_000.75;
const A = 'http://a.example';

const peer = (fields: Partial<PeerRecordInput> = {}): PeerRecord =>
  createPeerRecord({ peerUrl: A, addedAt: 5, ...fields });

const failing = peer({
  failureCount: 4,
  lastError: 'HTTP 429, rate limited',
  cooldownUntil: 1_800_000_500,
  retryAfter: { until: 1_800_000_090, header: '90' },
  metadata: { note: 'kept' },
});

const removed: PeerRecord = { ...failing, enabled: false, removed: true };

describe('add', () => {
  test('puts a new sync peer at the end, added now by the operator', () => {
    const change = { kind: 'add', peerUrl: 'HTTP://B.example:80/', label: 'B', role: 'relay' } as const;
    expect(changePeers([peer()], change, NOW)).toEqual([
      peer(),
      createPeerRecord({
        peerUrl: 'http://b.example',
        label: 'B',
        role: 'relay',
        source: 'operator',
        transport: 'clearnet',
        addedAt: 1_800_000_000,
        updatedAt: 1_800_000_000,
      }),
    ]);
  });

  test('knows the transport of an onion', () => {
    expect(changePeers([], { kind: 'add', peerUrl: 'http://abc.onion' }, NOW)[0]?.transport).toBe('onion');
  });

  test('is refused for a peer that is there, and says what to do with a disabled one', () => {
    const change = { kind: 'add', peerUrl: A } as const;
    expect(() => changePeers([peer()], change, NOW)).toThrow('http://a.example is already a peer');
    expect(() => changePeers([peer({ enabled: false })], change, NOW)).toThrow('enable it instead');
  });

  test('brings a removed peer back, with the Retry-After for which it was kept', () => {
    const [back, ...others] = changePeers([removed], { kind: 'add', peerUrl: A, label: 'back' }, NOW);
    expect(others).toEqual([]);
    expect(back).toEqual({ ...failing, enabled: true, label: 'back' });
  });

  test('is refused for a role that there is not', () => {
    expect(() => changePeers([], { kind: 'add', peerUrl: A, role: 'seeds' }, NOW)).toThrow(
      'role is "seeds"; allowed are participant, relay, seed',
    );
  });
});

describe('remove, enable, disable and reset', () => {
  test('remove takes the peer off, and keeps one whose Retry-After runs, disabled and marked', () => {
    expect(changePeers([peer()], { kind: 'remove', peerUrl: A }, NOW)).toEqual([]);
    expect(changePeers([failing], { kind: 'remove', peerUrl: A }, NOW)).toEqual([removed]);
  });

  test('enable and disable switch, and change nothing that is so already', () => {
    const off = changePeers([failing], { kind: 'disable', peerUrl: A }, NOW);
    expect(off).toEqual([{ ...failing, enabled: false }]);
    expect(changePeers(off, { kind: 'disable', peerUrl: A }, NOW)).toBe(off);
    expect(changePeers(off, { kind: 'enable', peerUrl: A }, NOW)).toEqual([failing]);
  });

  test('reset forgets failures and backoff, and the Retry-After only by force', () => {
    const [kept] = changePeers([failing], { kind: 'reset', peerUrl: A, force: false }, NOW);
    expect(kept).toMatchObject({ failureCount: 0, lastError: '', cooldownUntil: 1_800_000_090 });
    expect(kept?.retryAfter).toEqual(failing.retryAfter);
    const [free] = changePeers([failing], { kind: 'reset', peerUrl: A, force: true }, NOW);
    expect(free).toMatchObject({
      failureCount: 0,
      lastError: '',
      cooldownUntil: 0,
      retryAfter: null,
      metadata: { note: 'kept' },
    });
  });

  test.each(['remove', 'enable', 'disable'] as const)('%s is refused for a removed peer', (kind) => {
    expect(() => changePeers([removed], { kind, peerUrl: A }, NOW)).toThrow(
      'there is none yet, add it first',
    );
  });
});

describe('a peer that is not there', () => {
  const change = (peerUrl: string): PeerChange => ({ kind: 'disable', peerUrl });
  const list = ['https://seed.example', 'https://relay.example', 'http://abcdefgh.onion'].map((url) =>
    createPeerRecord(url),
  );

  test.each([
    ['https://sed.example', 'did you mean https://seed.example?'],
    ['http://seed.example', 'did you mean https://seed.example?'],
    ['http://abcdefgi.onion', 'did you mean http://abcdefgh.onion?'],
    [
      'http://zzzzzzzzzzzz.test',
      'there are https://seed.example, https://relay.example, http://abcdefgh.onion',
    ],
  ])('%s: %s', (typed, message) => {
    expect(() => changePeers(list, change(typed), NOW)).toThrow(message);
  });

  test('is not found in another bucket', () => {
    expect(() => changePeers([peer({ bucket: 'push' })], change(A), NOW)).toThrow('is not a sync peer here');
  });

  test('is refused where it is no URL, or carries credentials, which are not shown', () => {
    expect(() => changePeers(list, change('seed.example'), NOW)).toThrow(TypeError);
    expect(() => changePeers(list, change('http://user:secret@seed.example'), NOW)).toThrow(/not shown/);
  });
});

const anyChange = (peers: readonly PeerRecord[]): fc.Arbitrary<PeerChange> => {
  const known = peers.map(({ peerUrl }) => peerUrl);
  const peerUrl = known.length === 0 ? anyPeerUrl : fc.oneof(fc.constantFrom(...known), anyPeerUrl);
  return fc.oneof(
    fc.record(
      { kind: fc.constant('add' as const), peerUrl, label: fc.string() },
      { requiredKeys: ['kind', 'peerUrl'] },
    ),
    fc.record({ kind: fc.constantFrom('remove' as const, 'enable' as const, 'disable' as const), peerUrl }),
    fc.record({ kind: fc.constant('reset' as const), peerUrl, force: fc.boolean() }),
  );
};

const anyChanges = anyPeerList.chain((peers) =>
  fc.record({
    peers: fc.constant(peers),
    now: fc.oneof(fc.constantFrom(99.5, 100, 1_700_000_000.25), fc.integer({ min: 0, max: 1_800_000_000 })),
    changes: fc.array(anyChange(peers), { maxLength: 6 }),
  }),
);

/** The list after each change that was not refused. */
function* histories(peers: readonly PeerRecord[], changes: readonly PeerChange[], now: number) {
  let list = peers;
  for (const change of changes) {
    const before = list;
    try {
      list = changePeers(list, change, now);
    } catch {
      continue;
    }
    yield { before, change, after: list };
  }
}

test('whatever is changed, a Retry-After that runs is lost by nothing but a reset with force', () => {
  fc.assert(
    fc.property(anyChanges, ({ peers, changes, now }) => {
      for (const { before, change, after } of histories(peers, changes, now)) {
        for (const one of before) {
          const isReset = change.kind === 'reset' && change.force && one.peerUrl === change.peerUrl;
          if (isReset || one.bucket !== 'sync' || retryAfterUntil(one) <= now) continue;
          const kept = after.find(({ bucket, peerUrl }) => bucket === 'sync' && peerUrl === one.peerUrl);
          expect(kept === undefined ? 0 : retryAfterUntil(kept)).toBe(retryAfterUntil(one));
        }
      }
    }),
  );
});

test('whatever is changed, no peer comes twice, and records of other peers and buckets stay as they are', () => {
  fc.assert(
    fc.property(anyChanges, ({ peers, changes, now }) => {
      for (const { before, change, after } of histories(peers, changes, now)) {
        const isMeant = ({ bucket, peerUrl }: PeerRecord): boolean =>
          bucket === 'sync' && peerUrl === change.peerUrl;
        expect(after.filter((one) => !isMeant(one))).toEqual(before.filter((one) => !isMeant(one)));
        expect(after.filter(isMeant).length).toBeLessThanOrEqual(1);
      }
    }),
  );
});
