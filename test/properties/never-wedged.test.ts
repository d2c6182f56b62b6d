import { expect, test } from 'vitest';
import { defaultPolicy } from '../../src/index.ts';
import { happening, happenings, peerRecords, policies } from '../../src/testing/fast-check/index.ts';
import { fc } from '../support/property.ts';
import { script } from '../support/scripted-sync.ts';
import { live } from '../support/test-world.ts';

test('whatever happened, a worker whose peers answer syncs within a clock check of its next due time', async () => {
  const random = fc.double({ min: 0, max: 1, noNaN: true });
  await fc.assert(
    fc.asyncProperty(
      fc.record({ peers: peerRecords(), script, policy: policies(), random }),
      happenings(),
      async (options, all) => {
        await using world = await live(options, all);
        await world.expectLively();
        world.expect('neverWedged');
      },
    ),
  );
});

test('on a clock that is never set, a run gets stuck at exactly 300 s', async () => {
  const undisturbed = fc.array(
    happening().filter(({ kind }) => kind !== 'jump' && kind !== 'set policy'),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(fc.record({ peers: peerRecords(), script }), undisturbed, async (options, all) => {
      await using world = await live(options, all);
      let startedAt = 0;
      for (const entry of world.history) {
        if (entry.kind !== 'emitted') continue;
        const { type } = entry.event;
        if (type === 'run.started') startedAt = entry.at;
        const lasted = entry.at - startedAt;
        if (type === 'run.stuck') expect(lasted).toBeCloseTo(defaultPolicy.stuckAfterSeconds, 2);
        if (type === 'attempt.finished')
          expect(lasted).toBeLessThanOrEqual(defaultPolicy.stuckAfterSeconds + 0.001);
      }
    }),
  );
});
