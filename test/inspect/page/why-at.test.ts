import { expect, test } from 'vitest';
import { explain } from '../../../src/explain/why.ts';
import { whyAt } from '../../../src/inspect/page/script/why-at.ts';
import { resolvePolicy } from '../../../src/policy/sync-policy.ts';
import { initialSyncState, syncOutcomes } from '../../../src/policy/sync-worker-state.ts';
import { createWorkerContext } from '../../../src/schedule/worker-context.ts';
import { fc } from '../../support/property.ts';
import { at } from './any-view.ts';

const soon = fc.integer({ min: at - 400, max: at + 400 });

const peer = fc.record({
  enabled: fc.constantFrom(true, true, false),
  cooldownUntil: fc.oneof(fc.constant(0), soon),
  until: fc.option(soon),
});

const context = fc
  .record({ peers: fc.array(peer, { maxLength: 4 }), outcome: fc.constantFrom(...syncOutcomes), due: soon })
  .map(({ peers, outcome, due }) =>
    createWorkerContext({
      policy: resolvePolicy(),
      state: {
        ...initialSyncState(),
        lastOutcome: outcome,
        lastSyncStartedAt: at - 500,
        lastSyncFinishedAt: at - 450,
        nextSyncDueAt: due,
      },
      peers: peers.map(({ until, ...record }, index) => ({
        ...record,
        peerUrl: `https://peer-${index}.example`,
        updatedAt: at - 500,
        metadata: until === null ? {} : { retry_after_until: until, retry_after_header: '900' },
      })),
    }),
  );

test('while only time passes, the page says of the peers what the worker would say', () => {
  fc.assert(
    fc.property(context, fc.integer({ min: 0, max: 600 }), (known, seconds) => {
      const later = explain(known, at + seconds);
      const told = whyAt(explain(known, at), at + seconds);
      expect(told.peers).toEqual(later.peers);
      expect(told.at).toBe(later.at);
    }),
  );
});

test('a wait that is over is due', () => {
  fc.assert(
    fc.property(context, (known) => {
      const first = explain(known, at);
      expect(whyAt(first, first.nextRunAt)).toMatchObject({ rule: 'due', nextRunAt: first.nextRunAt });
      expect(whyAt(first, at)).toEqual(first);
    }),
  );
});
