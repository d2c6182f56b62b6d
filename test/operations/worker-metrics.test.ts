import { describe, expect, onTestFinished, test } from 'vitest';
import { syncOutcomes } from '../../src/core.ts';
import { PeerSyncHttpError, PeerSyncRateLimited, type SyncWorkerOptions } from '../../src/index.ts';
import { createWorkerMetrics } from '../../src/operations/index.ts';
import { BEGIN, type Embedded, embed } from '../support/embedded-worker.ts';
import { scrape } from './scrape.ts';

const A = 'http://a.example';
const B = 'http://b.example';
const good = { sync: () => ({ head: 'h1' }), peers: [A] };

async function measured(options: Omit<SyncWorkerOptions, 'clock'> = good, chain?: { count(): number }) {
  const embedded: Embedded = embed(options);
  const metrics = createWorkerMetrics(embedded.worker, { chain, labels: ['peer'] });
  await embedded.worker.start();
  await embedded.pass(0);
  onTestFinished(() => embedded.stop());
  return {
    ...embedded,
    metrics,
    sample: async (name: string) => (await scrape(metrics)).get(`sync_worker_${name}`),
  };
}

describe('the metrics of a worker', () => {
  test('count runs and attempts by peer and outcome, and are there before the first', async () => {
    const answers = [
      () => ({ head: 'h1' }),
      () => ({ forked: true as const }),
      () => {
        throw new PeerSyncHttpError({ status: 503 });
      },
    ];
    let asked = 0;
    const { sample, pass } = await measured({
      ...good,
      sync: () => {
        asked += 1;
        return (answers[asked - 1] ?? answers[0])?.() ?? { head: '' };
      },
    });
    expect(await sample('runs_total{outcome="ok"}')).toBe(1);
    expect(await sample('runs_total{outcome="fork"}')).toBe(0);
    expect(await sample(`attempts_total{peer="${A}",outcome="error"}`)).toBe(0);
    await pass(1_000_000);
    expect(asked).toBeGreaterThan(3);
    expect(await sample('runs_total{outcome="fork"}')).toBe(1);
    expect(await sample('runs_total{outcome="error"}')).toBe(1);
    expect(await sample('runs_total{outcome="ok"}')).toBe(asked - 2);
    expect(await sample(`attempts_total{peer="${A}",outcome="ok"}`)).toBe(asked - 2);
    expect(await sample(`attempts_total{peer="${A}",outcome="fork"}`)).toBe(1);
    expect(await sample(`attempts_total{peer="${A}",outcome="error"}`)).toBe(1);
  });

  test('tell the seconds until the next run, its failures and its state', async () => {
    let fails = true;
    const { sample, pass } = await measured({
      ...good,
      sync: () => {
        if (fails) throw new Error('down');
        return new Promise(() => undefined);
      },
    });
    await pass(15_000);
    expect(await sample('due_in_seconds')).toBe(45);
    expect(await sample('consecutive_failures')).toBe(1);
    expect(await sample('state{state="error"}')).toBe(1);
    expect(await sample('last_ok_timestamp_seconds')).toBe(0);
    fails = false;
    await pass(45_000);
    expect(await sample('due_in_seconds')).toBe(0);
    expect(await Promise.all(syncOutcomes.map((state) => sample(`state{state="${state}"}`)))).toEqual(
      syncOutcomes.map((state) => (state === 'running' ? 1 : 0)),
    );
  });

  test('tell of each peer how long its Retry-After is still honoured, and how many it sent', async () => {
    const { sample, pass } = await measured({
      peers: [A, B],
      sync: ({ peerUrl }) => {
        if (peerUrl === A) throw new PeerSyncRateLimited({ retryAfterSeconds: 90 });
        return { head: 'h1' };
      },
    });
    await pass(30_000);
    expect(await sample(`retry_after_seconds{peer="${A}"}`)).toBe(60);
    expect(await sample(`retry_after_seconds{peer="${B}"}`)).toBe(0);
    expect(await sample(`retry_after_answers_total{peer="${A}"}`)).toBe(1);
    expect(await sample(`retry_after_answers_total{peer="${B}"}`)).toBe(0);
    await pass(70_000);
    expect(await sample(`retry_after_seconds{peer="${A}"}`)).toBe(0);
    expect(await sample('last_ok_timestamp_seconds')).toBe(BEGIN);
  });

  test('count a stuck run, its attempt, and how long the others took', async () => {
    let asked = 0;
    const { sample, pass, clock } = await measured({
      ...good,
      sync: () => {
        asked += 1;
        if (asked === 1) return new Promise(() => undefined);
        return new Promise((resolve) => {
          clock.setTimeout(() => resolve({ head: 'h' }), 2000);
        });
      },
    });
    await pass(303_000);
    expect(await sample('runs_total{outcome="stuck"}')).toBe(1);
    expect(await sample(`attempts_total{peer="${A}",outcome="stuck"}`)).toBe(1);
    expect(await sample('attempt_duration_seconds_count{outcome="ok"}')).toBe(1);
    expect(await sample('attempt_duration_seconds_sum{outcome="ok"}')).toBe(2);
    expect(await sample('attempt_duration_seconds_bucket{le="1",outcome="ok"}')).toBe(0);
    expect(await sample('attempt_duration_seconds_bucket{le="2.5",outcome="ok"}')).toBe(1);
  });

  test('tell the height of the chain, saves that failed and faults', async () => {
    let height = 7;
    const save = (): never => {
      throw new Error('full');
    };
    const { sample, worker, pass } = await measured(
      { ...good, storage: { load: () => ({}), save } },
      { count: () => height },
    );
    expect(await sample('chain_height')).toBe(7);
    height = 8;
    expect(await sample('chain_height')).toBe(8);
    expect(await sample('storage_failures_total')).toBeGreaterThan(0);
    expect(await sample('faults_total')).toBe(0);
    worker.on('run.started', () => {
      throw new Error('a bad listener');
    });
    await pass(300_000);
    expect(await sample('faults_total')).toBe(1);
  });

  test('have no series of a peer that was removed, and none come back with its late answer', async () => {
    let answer: (answer: { head: string }) => void = () => undefined;
    const { metrics, worker, pass } = await measured({
      ...good,
      sync: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const about = async (peer: string): Promise<number> =>
      [...(await scrape(metrics)).keys()].filter((name) => name.includes(`peer="${peer}"`)).length;
    expect(await about(A)).toBeGreaterThan(0);
    worker.setPeers([B]);
    expect(await about(A)).toBe(0);
    expect(await about(B)).toBeGreaterThan(0);
    answer({ head: 'late' });
    await pass(0);
    expect(worker.state.currentHead).toBe('late');
    expect(await about(A)).toBe(0);
  });

  test('have no series of a peer that is kept for its Retry-After alone', async () => {
    const { metrics, worker } = await measured({
      ...good,
      sync: () => {
        throw new PeerSyncRateLimited({ retryAfterSeconds: 90 });
      },
    });
    worker.setPeers([]);
    expect(worker.peers).toHaveLength(1);
    expect([...(await scrape(metrics)).keys()].filter((name) => name.includes('peer='))).toEqual([]);
  });

  test('follow the names of Prometheus: base units, and _total for what only rises', async () => {
    const { metrics } = await measured(good, { count: () => 1 });
    for (const { name, type } of await metrics.registry.getMetricsAsJSON()) {
      expect(name).toMatch(/^sync_worker_[a-z_]+$/);
      expect(name).not.toMatch(/millis|minutes|_ms/);
      expect(name.endsWith('_total')).toBe(String(type) === 'counter');
    }
  });
});
