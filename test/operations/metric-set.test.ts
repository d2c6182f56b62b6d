import { Counter, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { syncOutcomes } from '../../src/core.ts';
import { initialSyncState, type PeerRecord, type SyncWorkerNotification } from '../../src/index.ts';
import { createWorkerMetrics } from '../../src/operations/index.ts';
import { createEventHub } from '../../src/worker/event-hub.ts';
import { notificationTypes } from '../../src/worker/notifications.ts';
import { anyPeerUrl } from '../policy/any-peer-record.ts';
import { anyPeerList } from '../storage/disk/any-peer-list.ts';
import { expectThat } from '../support/cheap-expect.ts';
import { embed } from '../support/embedded-worker.ts';
import { fc } from '../support/property.ts';
import { scrape } from './scrape.ts';

const good = { sync: () => ({ head: 'h1' }), peers: ['http://a.example'] };

describe('a registry', () => {
  test('may be shared by workers with names of their own', async () => {
    const registry = new Registry();
    const [one, two] = [embed(good), embed(good)];
    const first = createWorkerMetrics(one.worker, { registry, name: 'one', labels: ['worker'] });
    const second = createWorkerMetrics(two.worker, { registry, name: 'two', labels: ['worker'] });
    expect(() => createWorkerMetrics(two.worker, { registry, name: 'two', labels: ['worker'] })).toThrow(
      'The registry already has a worker named "two"; give each its own name',
    );
    await one.worker.start();
    await one.pass(0);
    const runs = async (worker: string): Promise<number | undefined> =>
      (await scrape(first)).get(`sync_worker_runs_total{outcome="ok",worker="${worker}"}`);
    expect(await runs('one')).toBe(1);
    expect(await runs('two')).toBe(0);
    expect((await scrape(first)).get('sync_worker_state{state="idle",worker="two"}')).toBe(1);
    first.close();
    first.close();
    await one.pass(400_000);
    expect([...(await scrape(second)).keys()].filter((name) => name.includes('"one"'))).toEqual([]);
    expect(await runs('two')).toBe(0);
    second.close();
    expect((await scrape(second)).size).toBe(0);
    await one.worker.stop();
  });

  test('of many workers is as long as that of one: what has no label of its own is added up', async () => {
    const registry = new Registry();
    const embedded = [1, 2, 3].map((number) =>
      embed({ ...good, peers: [`http://p${number}.example`, 'http://both.example'] }),
    );
    const all = embedded.map(({ worker }) => createWorkerMetrics(worker, { registry }));
    const [first] = all;
    if (first === undefined) throw new Error('there is one');
    for (const { worker, pass } of embedded.slice(0, 2)) {
      await worker.start();
      await pass(0);
    }
    const samples = await scrape(first);
    expect(samples.get('sync_worker_workers')).toBe(3);
    expect(samples.get('sync_worker_state{state="ok"}')).toBe(2);
    expect(samples.get('sync_worker_state{state="idle"}')).toBe(1);
    expect(samples.get('sync_worker_runs_total{outcome="ok"}')).toBe(2);
    expect(samples.get('sync_worker_attempts_total{outcome="ok"}')).toBe(2);
    expect(samples.get('sync_worker_last_ok_timestamp_seconds')).toBe(0);
    const one = await scrape(createWorkerMetrics(embed(good).worker));
    expect([...samples.keys()].toSorted()).toEqual(
      expect.arrayContaining([...one.keys()].filter((name) => !name.includes('duration')).toSorted()),
    );
    expect([...samples.keys()].join()).not.toMatch(/worker="|peer="/);
    for (const { worker } of embedded) await worker.stop();
    for (const metrics of all) metrics.close();
    expect((await scrape(first)).size).toBe(0);
  });

  test('keeps the series of a peer as long as one of its workers has it', async () => {
    const registry = new Registry();
    const [one, two] = [embed(good), embed(good)];
    const labels = ['peer'] as const;
    const first = createWorkerMetrics(one.worker, { registry, labels });
    const second = createWorkerMetrics(two.worker, { registry, labels });
    const name = 'sync_worker_attempts_total{peer="http://a.example",outcome="ok"}';
    first.close();
    expect((await scrape(second)).has(name)).toBe(true);
    second.close();
    expect((await scrape(second)).has(name)).toBe(false);
  });

  test('that another copy of the package uses is refused, saying what to do, and nothing is added to it', async () => {
    const registry = new Registry();
    new Counter({ name: 'sync_worker_runs_total', help: 'of another copy', registers: [registry] });
    expect(() => createWorkerMetrics(embed(good).worker, { registry })).toThrow(
      'of another copy or version of infonet-sync-worker; give each copy its own registry',
    );
    expect(registry.getMetricsAsArray()).toHaveLength(1);
  });

  test('takes a worker with a label of its own by its name only', () => {
    const { worker } = embed(good);
    expect(() => createWorkerMetrics(worker, { labels: ['worker'] })).toThrow('name is ""');
    expect(() => createWorkerMetrics(worker, { labels: ['peers' as 'peer'] })).toThrow(
      'labels has "peers"; allowed are worker and peer',
    );
  });

  test('that was cleared is filled anew', async () => {
    const registry = new Registry();
    createWorkerMetrics(embed(good).worker, { registry }).close();
    registry.clear();
    const again = createWorkerMetrics(embed(good).worker, { registry });
    expect((await scrape(again)).get('sync_worker_runs_total{outcome="ok"}')).toBe(0);
  });
});

const hostile = fc.oneof(fc.double(), fc.constantFrom(-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300));

const state = fc.constantFrom(...syncOutcomes).map((lastOutcome) => ({ ...initialSyncState(), lastOutcome }));

const at = fc.double();
const result = fc.oneof(
  fc.record({
    outcome: fc.constant('ok' as const),
    at,
    head: fc.string(),
    more: fc.boolean(),
    details: fc.constant(undefined),
  }),
  fc.record({ outcome: fc.constant('fork' as const), at, error: fc.string() }),
  fc.record({
    outcome: fc.constant('error' as const),
    at,
    error: fc.string(),
    cause: fc.anything(),
    local: fc.boolean(),
    status: fc.nat(),
    retryAfterSeconds: hostile,
    retryAfterHeader: fc.string(),
    head: fc.string(),
  }),
);

const event: fc.Arbitrary<SyncWorkerNotification> = fc.oneof(
  fc.record({ type: fc.constantFrom('run.started' as const, 'run.finished' as const), state }),
  fc.record({ type: fc.constant('run.withdrawn' as const), state, peers: anyPeerList }),
  fc.record({
    type: fc.constant('attempt.finished' as const),
    state,
    peerUrl: anyPeerUrl,
    result,
    peers: anyPeerList,
    durationSeconds: hostile,
  }),
  fc.record({ type: fc.constant('run.stuck' as const), peerUrl: anyPeerUrl, state, peers: anyPeerList }),
  fc.record({ type: fc.constant('peers.changed' as const), peers: anyPeerList }),
  fc.record({
    type: fc.constantFrom('fault' as const, 'storage.failed' as const),
    error: fc.constant(new Error()),
  }),
);

test('whatever is emitted, nothing is thrown, every sample is a number, and only peers of the list have series', async () => {
  const { worker } = embed(good);
  await fc.assert(
    fc.asyncProperty(anyPeerList, fc.array(event, { maxLength: 8 }), async (peers, events) => {
      const hub = createEventHub<SyncWorkerNotification>(notificationTypes, (error) => {
        throw error;
      });
      let list: readonly PeerRecord[] = peers;
      const measured = {
        on: hub.on,
        why: worker.why,
        state: worker.state,
        get peers() {
          return list;
        },
      };
      const metrics = createWorkerMetrics(measured, { labels: ['peer'] });
      for (const event of events) {
        if ('peers' in event) list = event.peers;
        hub.emit(event);
      }
      const urls = list.filter(({ bucket }) => bucket === 'sync').map(({ peerUrl }) => peerUrl);
      for (const [name, value] of await scrape(metrics)) {
        expectThat(!Number.isNaN(value), () => name);
        const [, peer] = /peer="([^"]*)"/.exec(name) ?? [];
        expectThat(peer === undefined || urls.includes(peer), () => name);
      }
    }),
  );
});
