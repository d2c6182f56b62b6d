import { expect, it, onTestFinished } from 'vitest';
import { startGrowingPeer } from '../../src/demo/growing-peer.ts';

it('a growing peer gains an event a second, never shrinks, and may be told to grow twice at once', async () => {
  let now = 1000;
  const peer = await startGrowingPeer({ now: () => now, greeting: 'hello', firstEvents: 3 });
  onTestFinished(peer.close);
  const counts: number[] = [];
  for (const time of [1000, 1000.9, 1001, 1007.5, 900]) {
    now = time;
    await Promise.all([peer.grow(), peer.grow()]);
    counts.push(peer.chain.count());
  }
  expect(counts).toEqual([3, 3, 4, 10, 10]);
});
