import fc from 'fast-check';
import type { SyncPolicy } from '../../policy/sync-policy.ts';

const wait = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 2000 }) },
  fc.constantFrom(0, 0.5, 60, 300, 1e15, Number.MAX_VALUE),
);

const ratio = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3, noNaN: true }), fc.constant(1e300));

/** Policies from the usual to the absurd, within what `createSyncWorker` accepts. They shrink to a policy of zeros. */
export function policies(): fc.Arbitrary<SyncPolicy> {
  return fc.record({
    intervalSeconds: wait,
    failureBackoffSeconds: wait,
    failureBackoffCapSeconds: wait,
    stuckAfterSeconds: fc.oneof(fc.constant(300), fc.integer({ min: 1, max: 1000 }), fc.constant(1.5)),
    maxPeersPerRun: fc.integer({ min: 1, max: 5 }),
    jitterRatio: ratio,
    spreadRatio: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, ratio),
    attemptTimeoutSeconds: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      fc.integer({ min: 1, max: 400 }),
    ),
    catchUpIntervalSeconds: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 400 })),
  });
}
