import { describe, expect, it } from 'vitest';
import { GENESIS } from '../../src/demo/infonet-protocol.ts';
import { createSeenEvents, type SeenEvents } from '../../src/demo/seen-events.ts';
import { fc } from '../support/property.ts';

describe('the locator', () => {
  it('is the genesis hash alone for an empty chain', () => {
    expect(createSeenEvents().locator()).toEqual([GENESIS]);
  });

  it('goes back ten by one, then in steps that double, as the reference was seen to do', () => {
    // Heights of the ids a reference node sent with 100 and with 200 events.
    const ten = [99, 98, 97, 96, 95, 94, 93, 92, 91, 90];
    expect(seen(100).locator()).toEqual([...ten, 88, 84, 76, 60, 28].map(String).concat(GENESIS));
    expect(seen(200).locator().slice(9, -1)).toEqual(['190', '188', '184', '176', '160', '128', '64']);
  });

  it('starts at the head, goes down, ends at genesis and never names more than 31 events', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (count) => {
        const events = seen(count);
        const locator = events.locator();
        const heights = locator.slice(0, -1).map(Number);
        expect(locator[0]).toBe(events.head());
        expect(locator.at(-1)).toBe(GENESIS);
        expect(heights).toEqual(heights.toSorted((a, b) => b - a));
        expect(new Set(heights).size).toBe(heights.length);
        expect(heights.length).toBeLessThanOrEqual(31);
      }),
    );
  });

  it('starts from the head last known', () => {
    const head = 'a'.repeat(64);
    expect(createSeenEvents(head).locator()).toEqual([head, GENESIS]);
  });
});

function seen(count: number): SeenEvents {
  const events = createSeenEvents();
  for (let height = 0; height < count; height += 1) events.append(String(height));
  return events;
}
