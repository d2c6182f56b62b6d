import { type SyncWorkerState, syncOutcomes } from '../../src/policy/sync-worker-state.ts';
import { fc } from '../support/property.ts';
import { wholeCount, wholeTime } from './any-number.ts';

export const anyText: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: fc.string({ unit: 'binary' }), weight: 5 },
  { arbitrary: fc.string({ unit: 'grapheme' }), weight: 3 },
  { arbitrary: fc.constantFrom('', ' ', '\u0000', '\ud800', '__proto__'), weight: 3 },
  { arbitrary: fc.constant('x'.repeat(1000)), weight: 1 },
);

/** Every state that a file may hold. */
export const anySyncState: fc.Arbitrary<SyncWorkerState> = fc.record(
  {
    lastSyncStartedAt: wholeTime,
    lastSyncFinishedAt: wholeTime,
    lastSyncOkAt: wholeTime,
    nextSyncDueAt: wholeTime,
    lastPeerUrl: anyText,
    lastError: anyText,
    lastOutcome: fc.constantFrom(...syncOutcomes),
    currentHead: anyText,
    forkDetected: fc.boolean(),
    consecutiveFailures: wholeCount,
  },
  { noNullPrototype: true },
);
