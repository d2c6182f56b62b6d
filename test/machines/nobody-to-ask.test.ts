import { describe, expect, test } from 'vitest';
import type { SyncOutcome } from '../../src/index.ts';
import { answers, fails } from '../support/behaviours.ts';
import { BEGIN, begin, left, peer } from '../support/example-world.ts';

const resting: readonly SyncOutcome[] = ['idle', 'ok', 'error', 'fork', 'solo'];

describe('while all peers are cooling down', () => {
  const peers = [peer('a', { cooldownUntil: BEGIN + 400 }), peer('b', { cooldownUntil: BEGIN + 350 })];

  test.each(resting)(
    'a worker in %s stays there, its failures kept, until the first may be asked',
    async (lastOutcome) => {
      const state = left({ lastOutcome, consecutiveFailures: 3, nextSyncDueAt: BEGIN + 10 });
      const example = await begin({ peers, script: [fails()], state });
      await example.after(349);
      expect(example.state()).toEqual(state);
      expect(example.events).toEqual([]);
      await example.after(1);
      expect(example.asked()).toEqual(['b 350']);
      expect(example.state().consecutiveFailures).toBe(4);
    },
  );

  test('a worker whose interval is over waits on in ok, and does not go solo', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')] });
    await example.changePeers([peer('a', { cooldownUntil: BEGIN + 1000 })]);
    await example.after(999);
    expect(example.state().lastOutcome).toBe('ok');
    await example.after(1);
    expect(example.asked()).toEqual(['a 0', 'a 1000']);
  });
});

describe('without an enabled sync peer', () => {
  test.each([
    ['no peer', []],
    ['none enabled', [peer('a', { enabled: false })]],
    ['none to sync with', [peer('a', { bucket: 'push' }), peer('b', { bucket: 'bootstrap' })]],
    ['all passed over', [peer('a', { metadata: { passed_over: 'no onion proxy' } })]],
  ])('a worker is solo at once, and looks again at each interval: %s', async (_, peers) => {
    const example = await begin({ peers, script: [fails()] });
    expect(example.state()).toEqual(
      left({ lastOutcome: 'solo', lastSyncFinishedAt: BEGIN, nextSyncDueAt: BEGIN + 300 }),
    );
    await example.after(600);
    expect(example.told()).toEqual(['run.finished', 'run.finished', 'run.finished']);
    expect(example.asked()).toEqual([]);
  });

  test('a worker forgets its failures and its last peer, and keeps what it synced', async () => {
    const state = left({
      lastOutcome: 'fork',
      forkDetected: true,
      lastError: 'forked',
      lastPeerUrl: 'http://a.example',
      consecutiveFailures: 3,
      currentHead: 'h1',
      lastSyncOkAt: BEGIN - 500,
    });
    const example = await begin({ peers: [], script: [fails()], state });
    expect(example.state()).toMatchObject({
      lastOutcome: 'solo',
      forkDetected: false,
      lastError: '',
      lastPeerUrl: '',
      consecutiveFailures: 0,
      currentHead: 'h1',
      lastSyncOkAt: BEGIN - 500,
    });
  });

  test('a worker that loses its last peer goes solo when it is due, not before', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')] });
    await example.changePeers([]);
    await example.after(299);
    expect(example.state().lastOutcome).toBe('ok');
    await example.after(1);
    expect(example.state()).toMatchObject({ lastOutcome: 'solo', lastSyncOkAt: BEGIN });
  });
});

describe('solo', () => {
  const solo = left({ lastOutcome: 'solo', lastSyncFinishedAt: BEGIN - 100, nextSyncDueAt: BEGIN + 200 });

  test.each([
    ['added', []],
    ['enabled', [peer('a', { enabled: false })]],
    ['no longer passed over', [peer('a', { metadata: { passed_over: 'no onion proxy' } })]],
  ])('is left at once when a peer is %s', async (_, peers) => {
    const example = await begin({ peers, script: [answers('h1')], state: solo });
    await example.after(50);
    await example.changePeers([peer('a')]);
    await example.after(0);
    expect(example.asked()).toEqual(['a 50']);
  });

  test('is left at once by a worker that comes back with a peer', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')], state: solo });
    expect(example.asked()).toEqual(['a 0']);
  });

  test('lasts until the added peer may be asked', async () => {
    const example = await begin({ peers: [], script: [answers('h1')], state: solo });
    await example.changePeers([peer('a', { cooldownUntil: BEGIN + 250 })]);
    await example.after(249);
    expect(example.state()).toEqual(solo);
    await example.after(1);
    expect(example.asked()).toEqual(['a 250']);
  });

  test('is looked at anew by a request, and lasts if there still is no peer', async () => {
    const example = await begin({ peers: [], script: [answers('h1')], state: solo });
    await example.after(50);
    await example.request(false);
    expect(example.state()).toMatchObject({ lastOutcome: 'solo', nextSyncDueAt: BEGIN + 350 });
  });
});
