import { createPeerRecord, type PeerRecord, type SyncPolicyOptions } from '../../src/index.ts';
import { fc } from './property.ts';
import { START, type World } from './worker-world.ts';

/** Something that happens to a worker. Prints itself in a counterexample. */
export type Happening =
  | { readonly kind: 'time passes'; readonly ms: number }
  | { readonly kind: 'the clock jumps'; readonly seconds: number }
  | { readonly kind: 'a request'; readonly force: boolean }
  | { readonly kind: 'other peers'; readonly peers: readonly PeerRecord[] }
  | { readonly kind: 'a contact'; readonly peerUrl: string }
  | { readonly kind: 'a reset'; readonly peerUrl: string; readonly force: boolean }
  | { readonly kind: 'another policy'; readonly policy: SyncPolicyOptions }
  | { readonly kind: 'a restart'; readonly downMs: number };

/** A worker without a pause between its runs would fill any length of time with them, and every one like the last. */
const MAX_DEADLINES = 40;

export function happen(
  world: World,
  happening: Happening,
  mostDeadlines: number = MAX_DEADLINES,
): Promise<void> {
  switch (happening.kind) {
    case 'time passes':
      return world.pass(happening.ms, mostDeadlines);
    case 'the clock jumps':
      return world.jump(happening.seconds);
    case 'a request':
      return world.request(happening.force);
    case 'other peers':
      return world.changePeers(happening.peers);
    case 'a contact':
      return world.contact(happening.peerUrl);
    case 'a reset':
      return world.reset(happening.peerUrl, happening.force);
    case 'another policy':
      return world.changePolicy(happening.policy);
    case 'a restart':
      return world.restart(happening.downMs);
  }
}

const urls = ['http://a.example', 'http://b.example', 'http://c.onion', 'http://d.onion'];

const peerUrl = fc.constantFrom(...urls);

/** Seconds: never, around the start, and what a broken clock or a foreign program may have left. */
const time = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: Math.trunc(START) - 5000, max: Math.trunc(START) + 5000 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER) },
);

const peer: fc.Arbitrary<PeerRecord> = fc
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

const anyPeers: fc.Arbitrary<readonly PeerRecord[]> = fc.uniqueArray(peer, {
  selector: ({ bucket, peerUrl: url }) => `${bucket} ${url}`,
  maxLength: 5,
});

const newPeers: fc.Arbitrary<readonly PeerRecord[]> = fc
  .subarray(urls, { minLength: 1 })
  .map((list) => list.map(createPeerRecord));

/** Half of the lists hold peers that may all be asked: the rest of a worker's life is worth a look too. */
export const peers: fc.Arbitrary<readonly PeerRecord[]> = fc.oneof(anyPeers, newPeers);

const passing = fc
  .oneof(
    fc.integer({ min: 0, max: 2000 }),
    fc.integer({ min: 0, max: 120_000 }),
    fc.integer({ min: 0, max: 400_000 }),
    fc.integer({ min: 0, max: 2_500_000 }),
  )
  .map((ms): Happening => ({ kind: 'time passes', ms }));

const jumping = fc
  .oneof(
    fc.integer({ min: -700, max: 700 }),
    fc.double({ min: -5000, max: 5000, noNaN: true }),
    fc.constantFrom(-1e8, 1e9, 0.5, 3600, -3600),
  )
  .map((seconds): Happening => ({ kind: 'the clock jumps', seconds }));

const wait = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 2000 }) },
  fc.constantFrom(0, 0.5, 60, 300, 1e15, Number.MAX_VALUE),
);

const ratio = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3, noNaN: true }), fc.constant(1e300));

export const policy: fc.Arbitrary<{
  intervalSeconds: number;
  failureBackoffSeconds: number;
  failureBackoffCapSeconds: number;
  stuckAfterSeconds: number;
  maxPeersPerRun: number;
  jitterRatio: number;
  spreadRatio: number;
  attemptTimeoutSeconds: number;
  catchUpIntervalSeconds: number;
}> = fc.record({
  intervalSeconds: wait,
  failureBackoffSeconds: wait,
  failureBackoffCapSeconds: wait,
  stuckAfterSeconds: fc.oneof(fc.constant(300), fc.integer({ min: 1, max: 1000 }), fc.constant(1.5)),
  maxPeersPerRun: fc.integer({ min: 1, max: 5 }),
  jitterRatio: ratio,
  spreadRatio: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, ratio),
  attemptTimeoutSeconds: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 400 })),
  catchUpIntervalSeconds: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 400 })),
});

const resetting = fc
  .record({ peerUrl, force: fc.boolean() })
  .map((reset): Happening => ({ kind: 'a reset', ...reset }));

export const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: passing },
  { weight: 2, arbitrary: jumping },
  { weight: 2, arbitrary: fc.boolean().map((force): Happening => ({ kind: 'a request', force })) },
  { weight: 2, arbitrary: peers.map((list): Happening => ({ kind: 'other peers', peers: list })) },
  { weight: 1, arbitrary: peerUrl.map((url): Happening => ({ kind: 'a contact', peerUrl: url })) },
  { weight: 1, arbitrary: resetting },
  { weight: 1, arbitrary: policy.map((numbers): Happening => ({ kind: 'another policy', policy: numbers })) },
  {
    weight: 2,
    arbitrary: fc
      .oneof(fc.constant(0), fc.integer({ min: 0, max: 4_000_000 }))
      .map((downMs): Happening => ({ kind: 'a restart', downMs })),
  },
);

export const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(happening, {
  minLength: 1,
  maxLength: 16,
});
