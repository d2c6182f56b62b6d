import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { syncOutcomes } from '../../src/core.ts';
import { initialSyncState, type PeerRecord, type SyncWorkerNotification } from '../../src/index.ts';
import { createWorkerMetrics } from '../../src/operations/index.ts';
import type { AttemptResult } from '../../src/schedule/attempt.ts';
import { describeFailure } from '../../src/schedule/read-attempt.ts';
import { createEventHub } from '../../src/worker/event-hub.ts';
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
    const first = createWorkerMetrics(one.worker, { registry, name: 'one' });
    const second = createWorkerMetrics(two.worker, { registry, name: 'two' });
    expect(() => createWorkerMetrics(two.worker, { registry, name: 'two' })).toThrow(
      'The registry has a worker named "two" already; give each its own name',
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

const result = fc.oneof(
  fc.string().map((head): AttemptResult => ({ outcome: 'ok', at: 0, head, more: false, details: undefined })),
  fc.string().map((error): AttemptResult => ({ outcome: 'fork', at: 0, error })),
  fc
    .record({ error: fc.string(), retryAfterSeconds: hostile })
    .map((given): AttemptResult => ({ ...describeFailure(new Error('x'), 0), ...given })),
);

const told: fc.Arbitrary<SyncWorkerNotification> = fc.oneof(
  fc.record({ type: fc.constantFrom('run.started' as const, 'run.finished' as const), state }),
  fc.record({
    type: fc.constant('attempt.finished' as const),
    peerUrl: anyPeerUrl,
    result,
    state,
    peers: anyPeerList,
    durationSeconds: hostile,
  }),
  fc.record({ type: fc.constant('run.stuck' as const), peerUrl: anyPeerUrl, peers: anyPeerList }),
  fc.record({ type: fc.constant('peers.changed' as const), peers: anyPeerList }),
  fc.record({
    type: fc.constantFrom('fault' as const, 'storage.failed' as const),
    error: fc.constant(new Error()),
  }),
);

test('whatever is told, nothing is thrown, every sample is a number, and only peers of the list have series', async () => {
  const { worker } = embed(good);
  await fc.assert(
    fc.asyncProperty(anyPeerList, fc.array(told, { maxLength: 8 }), async (peers, events) => {
      const hub = createEventHub<SyncWorkerNotification>((error) => {
        throw error;
      });
      let list: readonly PeerRecord[] = peers;
      const metrics = createWorkerMetrics({
        on: hub.on,
        why: worker.why,
        state: worker.state,
        get peers() {
          return list;
        },
      });
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
