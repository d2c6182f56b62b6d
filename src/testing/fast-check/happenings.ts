import fc from 'fast-check';
import { createPeerRecord, type PeerRecord } from '../../policy/peer-record.ts';
import type { Happening } from '../world/happening.ts';
import { WORLD_START } from '../world/world-clock.ts';
import { policies } from './policies.ts';

/** The peers of `peerScripts()`, and one that never answers. */
const urls = ['http://a.example', 'http://b.example', 'http://c.onion', 'http://d.onion'];

const peerUrl = fc.constantFrom(...urls);

/** Unix seconds: 0 for never, times around the start, and what a broken clock or another program may have left. */
const time = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  {
    weight: 3,
    arbitrary: fc.integer({ min: Math.trunc(WORLD_START) - 5000, max: Math.trunc(WORLD_START) + 5000 }),
  },
  { weight: 1, arbitrary: fc.constantFrom(-1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER) },
);

const record: fc.Arbitrary<PeerRecord> = fc
  .record({
    peerUrl,
    enabled: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
    bucket: fc.oneof({ weight: 5, arbitrary: fc.constant('sync' as const) }, fc.constant('push' as const)),
    role: fc.constantFrom('participant', 'seed'),
    source: fc.constantFrom('operator', 'bundle'),
    lastSyncOkAt: time,
    addedAt: time,
    cooldownUntil: time,
    failureCount: fc.oneof(fc.nat(20), fc.constant(Number.MAX_SAFE_INTEGER)),
    metadata: fc.oneof(fc.constant({}), fc.record({ retry_after_until: time, note: fc.string() })),
  })
  .map(createPeerRecord);

/** Lists of peers. In half of them every peer may be asked, so that worlds get past the first run. */
export function peerRecords(): fc.Arbitrary<readonly PeerRecord[]> {
  const any = fc.uniqueArray(record, {
    selector: ({ bucket, peerUrl: url }) => `${bucket} ${url}`,
    maxLength: 5,
  });
  return fc.oneof(
    any,
    fc.subarray(urls, { minLength: 1 }).map((list) => list.map(createPeerRecord)),
  );
}

const ms = fc.oneof(
  fc.integer({ min: 0, max: 2000 }),
  fc.integer({ min: 0, max: 120_000 }),
  fc.integer({ min: 0, max: 400_000 }),
  fc.integer({ min: 0, max: 2_500_000 }),
);

const seconds = fc.oneof(
  fc.integer({ min: -700, max: 700 }),
  fc.double({ min: -5000, max: 5000, noNaN: true }),
  fc.constantFrom(-1e8, 1e9, 0.5, 3600, -3600),
);

const downMs = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4_000_000 }));

const of = <Kind extends Happening['kind']>(kind: Kind): fc.Arbitrary<Kind> => fc.constant(kind);

/** Something that happens to a worker. Shrinks to time passing. */
export function happening(): fc.Arbitrary<Happening> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: of('pass'), ms }) },
    { weight: 2, arbitrary: fc.record({ kind: of('jump'), seconds }) },
    { weight: 2, arbitrary: fc.record({ kind: of('request'), force: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ kind: of('set peers'), peers: peerRecords() }) },
    { weight: 1, arbitrary: fc.record({ kind: of('peer seen'), peerUrl }) },
    { weight: 1, arbitrary: fc.record({ kind: of('reset peer'), peerUrl, force: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: of('set policy'), policy: policies() }) },
    { weight: 1, arbitrary: fc.record({ kind: of('crash'), downMs }) },
    { weight: 1, arbitrary: fc.record({ kind: of('stop'), downMs }) },
  );
}

/** A sequence of one to sixteen happenings. */
export function happenings(): fc.Arbitrary<readonly Happening[]> {
  return fc.array(happening(), { minLength: 1, maxLength: 16 });
}
