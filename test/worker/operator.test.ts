import { describe, expect, test } from 'vitest';
import { retryAfterUntil } from '../../src/core.ts';
import { createMemoryStorage, PeerSyncRateLimited } from '../../src/index.ts';
import { BEGIN, embed } from '../support/embedded-worker.ts';

const peers = ['http://a.example'];

describe('an operator', () => {
  test('resets a peer, by force past its Retry-After, and the storage forgets it too', async () => {
    const storage = createMemoryStorage();
    const sync = () => {
      throw new PeerSyncRateLimited({ retryAfterSeconds: 600 });
    };
    const { worker, pass } = embed({ sync, peers, storage });
    await worker.start();
    await pass(0);
    worker.resetPeer('HTTP://A.example/');
    expect(retryAfterUntil(worker.peers[0] ?? expect.fail())).toBe(BEGIN + 600);
    worker.resetPeer('http://a.example', { force: true });
    expect(worker.peers).toMatchObject([{ cooldownUntil: 0, failureCount: 0, metadata: {} }]);
    await worker.stop();
    const saved = await storage.load(() => undefined);
    expect(saved.peers).toMatchObject([{ cooldownUntil: 0, failureCount: 0, metadata: {} }]);
  });

  test('changes the policy of a running worker, which outlives a failed chart', async () => {
    const { worker, clock, pass } = embed({ sync: () => ({ head: 'h1' }), peers });
    await worker.start();
    await pass(0);
    worker.setPolicy({ intervalSeconds: 200 });
    await pass(300_000);
    expect(worker.state.nextSyncDueAt).toBe(BEGIN + 500);
    const failed = worker.actor;
    worker.on('fault', () => undefined);
    const { setTimeout } = clock;
    let broken = true;
    clock.setTimeout = (callback, delay) => {
      if (!broken || delay === 60_000) return setTimeout(callback, delay);
      broken = false;
      throw new Error('no timer to be had');
    };
    await pass(270_000);
    expect(worker.actor).not.toBe(failed);
    expect(worker.snapshot?.context.policy.intervalSeconds).toBe(200);
    await worker.stop();
  });

  test('gets clear errors for a bad policy, a bad URL, and a worker that is not started', async () => {
    const { worker } = embed({ sync: () => ({ head: 'h1' }), peers });
    expect(() => worker.setPolicy({})).toThrow(/start\(\) it first/);
    expect(() => worker.resetPeer('http://a.example')).toThrow(/start\(\) it first/);
    await worker.start();
    expect(() => worker.setPolicy({ jitterRatio: -1 })).toThrow(/jitterRatio is -1; allowed is/);
    expect(() => worker.resetPeer('nowhere')).toThrow(/peerUrl is "nowhere"; allowed is/);
    await worker.stop();
  });
});
