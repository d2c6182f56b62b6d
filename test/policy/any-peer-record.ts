import type { PeerRecord, PeerRetryAfter } from '../../src/policy/peer-record.ts';
import type { RecordSyncFailureOptions } from '../../src/policy/peer-updates.ts';
import { fc } from '../support/property.ts';
import { anyNumber, anyTime, isStorable, wholeCount, wholeTime } from './any-number.ts';
import { anyText } from './any-sync-state.ts';

/** A URL in its normal spelling. */
export const anyPeerUrl: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('http', 'https'),
    fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/),
    fc.constantFrom('example', 'onion', 'test'),
    fc.constantFrom('', ':8080'),
    fc.constantFrom('', '/node', '/a/b'),
  )
  .map(([scheme, name, domain, port, path]) => `${scheme}://${name}.${domain}${port}${path}`);

/** Few enough values that two records often agree, so that the later rules of an order are met. */
const tiedTime = fc.oneof(fc.constantFrom(0, 100, 1_700_000_000, 1_700_000_300), wholeTime);

/** What other programs keep with a record. */
export const anyMetadata: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc.dictionary(
  fc.string().filter((key) => key !== '__proto__' && !isOurs(key)),
  fc.jsonValue(),
  { maxKeys: 3, noNullPrototype: true },
);

const anyRetryAfter: fc.Arbitrary<PeerRetryAfter | null> = fc.option(
  fc.record({ until: tiedTime, header: fc.string() }, { noNullPrototype: true }),
);

/** Every record that a store may hold, with values close enough to each other that all rules come into play. */
export const anyPeerRecord: fc.Arbitrary<PeerRecord> = fc.record(
  {
    bucket: fc.oneof(
      { arbitrary: fc.constant<PeerRecord['bucket']>('sync'), weight: 4 },
      { arbitrary: fc.constantFrom<PeerRecord['bucket'][]>('bootstrap', 'push'), weight: 1 },
    ),
    source: fc.oneof(
      fc.constantFrom(
        'bundle',
        'bootstrap_promoted',
        ' Bundle ',
        'BOOTSTRAP_PROMOTED\t',
        'operator',
        'runtime',
      ),
      anyText,
    ),
    peerUrl: anyPeerUrl,
    transport: anyText,
    role: fc.oneof(fc.constantFrom('seed', ' SEED\n', 'Seed', 'participant', 'relay', 'seeds', ''), anyText),
    label: anyText,
    signerId: anyText,
    enabled: fc.oneof({ arbitrary: fc.constant(true), weight: 4 }, { arbitrary: fc.boolean(), weight: 1 }),
    addedAt: tiedTime,
    updatedAt: wholeTime,
    lastSeenAt: wholeTime,
    lastSyncOkAt: tiedTime,
    lastPushOkAt: wholeTime,
    lastError: anyText,
    failureCount: fc.oneof(fc.integer({ min: 0, max: 3 }), wholeCount),
    cooldownUntil: tiedTime,
    retryAfter: anyRetryAfter,
    excluded: fc.constantFrom('', '', 'needs a proxy'),
    removed: fc.boolean(),
    lastAskedAt: tiedTime,
    lastBroughtNews: fc.boolean(),
    withdrawn: fc.boolean(),
    metadata: anyMetadata,
  },
  { noNullPrototype: true },
);

/** Whatever may be said of a failed attempt. */
export const anyFailure: fc.Arbitrary<RecordSyncFailureOptions> = fc.record(
  {
    now: anyTime,
    error: anyText,
    retryAfterSeconds: anyNumber,
    retryAfterHeader: fc.option(fc.string(), { nil: undefined }),
    failureBackoffSeconds: anyNumber,
    failureBackoffCapSeconds: anyNumber,
  },
  { requiredKeys: ['now', 'error'] },
);

/** Whether a file could hold all its times and counts. */
export function hasStorableNumbers(record: PeerRecord): boolean {
  const numbers = Object.values(record).filter((value) => typeof value === 'number');
  return numbers.length === 8 && [...numbers, record.retryAfter?.until ?? 0].every(isStorable);
}

function isOurs(key: string): boolean {
  return /^(retry_after_(until|header)|passed_over|removed|last_asked_at|last_brought_news|withdrawn)$/.test(
    key,
  );
}
