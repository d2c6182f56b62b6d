import { describe, expect, test } from 'vitest';
import {
  createMemoryStorage,
  createPeerRecord,
  formatWhy,
  PeerSyncRateLimited,
  readRetryAfter,
  type SyncFunction,
  type SyncPolicyOptions,
} from '../../src/index.ts';
import { happenings, peerRecords, policies } from '../../src/testing/fast-check/index.ts';
import { BEGIN, embed } from '../support/embedded-worker.ts';
import { fc } from '../support/property.ts';
import { script } from '../support/scripted-sync.ts';
import { createTestWorld } from '../support/test-world.ts';

const peers = ['http://a.example'];

/** What a worker says of itself, some milliseconds after its start. */
async function say(sync: SyncFunction, ms = 1000, policy: SyncPolicyOptions = {}, random = 0) {
  const { worker, pass, stop } = embed({ sync, peers, policy, random: () => random });
  await worker.start();
  await pass(ms);
  const why = worker.why();
  await stop();
  return { why, text: formatWhy(why) };
}

const limited =
  (header: string): SyncFunction =>
  (_, { now }) => {
    const { seconds } = readRetryAfter(header, { now: now() });
    throw new PeerSyncRateLimited({ retryAfterSeconds: seconds, retryAfterHeader: header });
  };

describe('a worker explains', () => {
  test('that it never ran', () => {
    const { worker } = embed({ sync: () => ({ head: '' }), peers });
    expect(worker.why()).toMatchObject({
      state: 'idle',
      since: 0,
      rule: 'due',
      peers: [{ rule: 'may be asked' }],
    });
    expect(formatWhy(worker.why())).toBe('The worker is not started. The worker has not run yet.');
  });

  test('an interval', async () => {
    const { why, text } = await say(() => ({ head: 'h1' }));
    expect(why).toMatchObject({
      state: 'ok',
      since: BEGIN,
      rule: 'interval',
      nextRunAt: BEGIN + 300,
      jitterSeconds: 0,
    });
    expect(text).toBe(
      'The last run ended well at 2027-01-15 08:00:00. ' +
        'The next run is due at 2027-01-15 08:05:00, in 4 min 59 s, after the usual interval.',
    );
  });

  test('a backoff, with its failures and its jitter', async () => {
    const failing: SyncFunction = () => {
      throw new Error('connection refused.');
    };
    const { why, text } = await say(failing, 1000, { jitterRatio: 0.5 }, 0.5);
    expect(why).toMatchObject({
      rule: 'backoff',
      nextRunAt: BEGIN + 75,
      jitterSeconds: 15,
      consecutiveFailures: 1,
    });
    expect(text).toBe(
      'The last run ended in error at 2027-01-15 08:00:00: connection refused; one failure. ' +
        'The next run is due at 2027-01-15 08:01:15, in 74 s, after the backoff, with 15 s of jitter. ' +
        'Not asked now: http://a.example, cooldown for 59 s.',
    );
  });

  test('a Retry-After that was clamped, also after the peer was reset and keeps it', async () => {
    const { worker, pass } = embed({ sync: limited('Fri, 15 Jan 2027 23:00:00 GMT'), peers });
    await worker.start();
    await pass(1000);
    const before = worker.why().peers[0]?.retryAfter;
    await pass(1_800_000);
    worker.resetPeer('http://a.example');
    expect(before).toMatchObject({ form: 'imf-fixdate', clamped: true, until: BEGIN + 3600 });
    expect(worker.why().peers[0]?.retryAfter).toEqual(before);
    await worker.stop();
  });

  test('a Retry-After, with its header, its form and whether it was clamped', async () => {
    const { why, text } = await say(limited('7200'));
    expect(why).toMatchObject({ rule: 'retry-after', peerUrl: 'http://a.example', nextRunAt: BEGIN + 3600 });
    expect(why.peers[0]?.retryAfter).toEqual({
      header: '7200',
      form: 'delay-seconds',
      clamped: true,
      until: BEGIN + 3600,
    });
    expect(text).toContain('when the Retry-After of http://a.example is over');
    expect(text).toContain('Retry-After ("7200", held to an hour) for 59 min 59 s');
    const dated = await say(limited('Fri, 15 Jan 2027 08:10:00 GMT'));
    expect(dated.why.peers[0]?.retryAfter).toMatchObject({
      form: 'imf-fixdate',
      clamped: false,
      until: BEGIN + 600,
    });
  });

  test('a backoff that is longer than the Retry-After beside it', async () => {
    expect((await say(limited('5'))).why).toMatchObject({ rule: 'backoff', nextRunAt: BEGIN + 60 });
  });

  test('a run under way, and when it would be stuck', async () => {
    const { why, text } = await say(() => new Promise(() => undefined));
    expect(why).toMatchObject({
      state: 'running',
      since: BEGIN,
      rule: 'stuck limit',
      nextRunAt: BEGIN + 300,
    });
    expect(text).toBe(
      'The worker has been running since 2027-01-15 08:00:00, asking http://a.example. ' +
        'If no answer comes, the run is stuck at 2027-01-15 08:05:00, in 4 min 59 s.',
    );
  });

  test('the floor between two runs', async () => {
    const { why } = await say(() => ({ head: 'h1' }), 500, { intervalSeconds: 0 });
    expect(why).toMatchObject({ rule: 'floor', nextRunAt: BEGIN + 1 });
  });

  test('a cooldown that outlasts the due time, with a request that waits for it', async () => {
    const { worker, pass } = embed({
      sync: () => ({ head: 'h1' }),
      peers: [createPeerRecord({ peerUrl: 'http://a.example', cooldownUntil: BEGIN + 500 })],
    });
    await worker.start();
    await pass(1000);
    const why = worker.requestSync();
    expect(why).toMatchObject({ state: 'idle', rule: 'cooldown', nextRunAt: BEGIN + 500, requested: true });
    expect(formatWhy(why)).toContain('when the cooldown of http://a.example is over; it was requested.');
    await worker.stop();
  });

  test('peers that are never asked, and why', async () => {
    const { worker, pass } = embed({
      sync: () => ({ head: 'h1' }),
      peers: [
        { peerUrl: 'http://a.example', enabled: false },
        { peerUrl: 'http://b.example', bucket: 'push' },
      ],
    });
    await worker.start();
    await pass(1000);
    const why = worker.why();
    expect(why.peers.map(({ rule, nextAskAt }) => [rule, nextAskAt])).toEqual([
      ['disabled', null],
      ['not a sync peer', null],
    ]);
    expect(formatWhy(why)).toMatch(
      /^The worker has been solo since .*: there is no enabled sync peer\. .*http:\/\/a\.example, disabled\.$/,
    );
    await worker.stop();
  });

  test('the same after a restart: what set the wait is on the record of the peer', async () => {
    const storage = createMemoryStorage();
    const first = embed({ sync: limited('900'), peers, storage });
    await first.worker.start();
    await first.pass(1000);
    const before = first.worker.why();
    await first.worker.stop();
    const second = embed({ sync: limited('900'), storage });
    await second.worker.start();
    await second.pass(1000);
    expect(second.worker.why()).toEqual(before);
    await second.worker.stop();
  });
});

test('whatever happens, it explains itself: a time that is no earlier than now, and sentences without holes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ peers: peerRecords(), script, policy: policies() }),
      happenings(),
      async (options, all) => {
        const world = await createTestWorld(options);
        for (const happening of all) {
          await world.happen(happening, 40);
          const why = world.worker.why();
          expect(why.nextRunAt).toBeGreaterThanOrEqual(why.at);
          // What a peer or a sync function said may hold any word.
          const text = formatWhy({
            ...why,
            lastError: '',
            peers: why.peers.map((one) => ({ ...one, detail: '' })),
          });
          expect(text).not.toMatch(/undefined|NaN|null|\[object|Infinity/);
          expect(formatWhy(why)).not.toContain('\n');
        }
      },
    ),
  );
});
