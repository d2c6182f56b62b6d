import { expect, test } from 'vitest';
import { withConfigured } from '../../src/command-line/run/open-node-storage.ts';
import { createPeerRecord } from '../../src/index.ts';

const now = 1_700_000_000.9;
const retryAfter = { until: 1_700_000_600, header: '600' };

test('configured peers are added to the stored ones, by the network of their host', () => {
  const stored = [createPeerRecord({ peerUrl: 'http://stored.example', label: 'mine' })];
  const peers = withConfigured(stored, ['http://new.onion', 'http://stored.example'], now);
  expect(peers).toEqual([
    ...stored,
    createPeerRecord({
      peerUrl: 'http://new.onion',
      transport: 'onion',
      addedAt: 1_700_000_000,
      updatedAt: 1_700_000_000,
    }),
  ]);
});

test('a configured peer that was removed is a peer again and keeps its Retry-After', () => {
  const removed = createPeerRecord({
    peerUrl: 'http://a.example',
    enabled: false,
    retryAfter,
    removed: true,
  });
  expect(withConfigured([removed], ['http://a.example'], now)).toEqual([
    { ...removed, enabled: true, removed: false },
  ]);
  expect(withConfigured([removed], [], now)).toEqual([removed]);
});

test('a configured peer that an operator disabled stays disabled', () => {
  const disabled = createPeerRecord({ peerUrl: 'http://a.example', enabled: false });
  expect(withConfigured([disabled], ['http://a.example'], now)).toEqual([disabled]);
});

test('a peer of another bucket is another peer', () => {
  const push = createPeerRecord({ peerUrl: 'http://a.example', bucket: 'push' });
  const peers = withConfigured([push], ['http://a.example'], now);
  expect(peers.map(({ bucket }) => bucket)).toEqual(['push', 'sync']);
});
