import { expect, test } from 'vitest';
import { Allowance } from '../../../src/inspect/viewers/allowance.ts';
import { fc } from '../../support/property.ts';

test('in any stretch of time no more passes than the burst and what it brings', () => {
  const steps = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (passing) => {
      const allowance = new Allowance({ burst: 5, perSecond: 2 }, 100);
      let now = 100;
      let forward = 0;
      let passed = 0;
      for (const step of passing) {
        now += step;
        forward += Math.max(0, step);
        if (allowance.take(now)) passed += 1;
      }
      expect(passed).toBeLessThanOrEqual(5 + forward * 2 + 1e-6);
    }),
  );
});

test('who keeps to the rate is never refused', () => {
  const allowance = new Allowance({ burst: 1, perSecond: 10 }, 0);
  for (let count = 1; count <= 1000; count += 1) expect(allowance.take(count * 0.2)).toBe(true);
});
