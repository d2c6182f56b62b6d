import { expect, test } from 'vitest';
import { createMemoryChain } from '../../src/infonet/chain/chain-store.ts';
import { locatorHeights } from '../../src/infonet/locator.ts';
import { GENESIS_HASH } from '../../src/infonet/protocol.ts';
import { fc } from '../support/property.ts';
import { exchange, recordedEvents } from './recorded-exchanges.ts';

test.each([
  ['page-0', 0],
  ['page-1', 100],
  ['page-2', 200],
  ['page-3', 260],
  ['from-middle', 137],
] as const)('the locator of %s is the one the reference sends with %i events', async (name, count) => {
  const chain = createMemoryChain();
  await chain.ingest(recordedEvents.slice(0, count));
  expect(await chain.locator()).toEqual((exchange(name).request.body as { locator: unknown }).locator);
});

test('an empty chain asks with genesis alone', async () => {
  expect(await createMemoryChain().locator()).toEqual([GENESIS_HASH]);
});

test('a locator names the ten newest, then steps that double, 31 at most', () => {
  fc.assert(
    fc.property(fc.oneof(fc.nat(300), fc.nat(Number.MAX_SAFE_INTEGER)), (count) => {
      const heights = locatorHeights(count);
      expect(heights.length).toBeLessThanOrEqual(31);
      expect(heights.every((height) => height >= 1 && height <= count)).toBe(true);
      const steps = heights.slice(1).map((height, index) => (heights[index] ?? 0) - height);
      expect(steps).toEqual(steps.map((_, index) => (index < 9 ? 1 : 2 ** (index - 8))));
      const last = heights.at(-1) ?? 0;
      const nextStep = heights.length < 10 ? 1 : 2 ** (heights.length - 9);
      expect(heights.length === 31 || last - nextStep <= 0).toBe(true);
    }),
  );
});
