import { expect, test } from 'vitest';
import { Ring } from '../../src/inspect/ring.ts';
import { fc } from '../support/property.ts';

test('a ring gives the newest entries after a number, as a list of all would', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.integer(), { maxLength: 30 }),
      fc.nat(35),
      (most, entries, number) => {
        const ring = new Ring<number>(most);
        for (const entry of entries) ring.push(entry);
        expect(ring.pushed).toBe(entries.length);
        expect(ring.since(number)).toEqual(entries.slice(Math.max(number, entries.length - most)));
      },
    ),
  );
});
