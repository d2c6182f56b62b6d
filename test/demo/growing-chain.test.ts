import { expect, it } from 'vitest';
import { createGrowingChain } from '../../src/demo/demo-peer.ts';

it('a growing chain gains an event a second, never shrinks, and may be told to grow twice at once', async () => {
  let now = 1000;
  const { chain, grow } = createGrowingChain({ now: () => now, greeting: 'hello' });
  const counts: number[] = [];
  for (const time of [1000, 1000.9, 1001, 1007.5, 900]) {
    now = time;
    await Promise.all([grow(), grow()]);
    counts.push(chain.count());
  }
  expect(counts).toEqual([3, 3, 4, 10, 10]);
});
