import { afterEach, describe, expect, test } from 'vitest';
import { logWorker } from '../../../src/command-line/log/log-worker.ts';
import { PeerSyncHttpError, PeerSyncRateLimited } from '../../../src/index.ts';
import type { SyncFunction } from '../../../src/schedule/attempt.ts';
import { type Embedded, embed } from '../../support/embedded-worker.ts';
import { type CapturedLog, captureLog } from './captured-log.ts';

const A = 'http://a.example';
const B = 'http://b.example';

const running: Embedded[] = [];
afterEach(async () => {
  for (const embedded of running.splice(0)) await embedded.stop();
});

async function logged(sync: SyncFunction, peers = [A]): Promise<Embedded & CapturedLog> {
  const log = captureLog({ level: 'debug' });
  const embedded = embed({ sync, peers });
  running.push(embedded);
  logWorker(embedded.worker, log.logger);
  await embedded.worker.start();
  await embedded.pass(0);
  return { ...embedded, ...log };
}

const eventsOf = (lines: readonly Record<string, unknown>[]): string[] =>
  lines.map(({ level, event }) => `${level} ${event}`);

describe('a run', () => {
  test('that ends well is an info with the next due time and what set it, and debug lines before it', async () => {
    const { lines } = await logged(async () => ({ head: 'h1' }));
    expect(eventsOf(lines())).toEqual([
      'debug run.started',
      'debug attempt.started',
      'debug attempt.finished',
      'info run.finished',
    ]);
    expect(lines().at(-1)).toMatchObject({
      outcome: 'ok',
      peer: A,
      head: 'h1',
      consecutive_failures: 0,
      next_run_at: '2027-01-15T08:05:00.000Z',
      next_run_seconds: 300,
      rule: 'interval',
      msg: 'run ended: ok; the next is due in 5 min, set by the usual interval',
    });
  });

  test('that a peer asks to come back later warns with the header, the wait and when it is over', async () => {
    const { lines } = await logged(async () => {
      throw new PeerSyncRateLimited({ retryAfterSeconds: 90, retryAfterHeader: '90' });
    });
    expect(lines().find(({ event }) => event === 'attempt.finished')).toMatchObject({
      level: 'warn',
      peer: A,
      outcome: 'error',
      status: 429,
      retry_after_seconds: 90,
      retry_after_header: '90',
      retry_after_until: '2027-01-15T08:01:30.000Z',
      duration_seconds: 0,
      msg: `${A} asks to be left alone for 90 s (Retry-After: 90): HTTP 429, rate limited`,
    });
    expect(lines().at(-1)).toMatchObject({
      outcome: 'error',
      error: 'HTTP 429, rate limited',
      rule: 'retry-after',
      rule_peer: A,
      next_run_seconds: 90,
      msg: `run ended: error; the next is due in 90 s, set by the Retry-After of ${A}`,
    });
  });

  test('that fails over warns of the peer that failed, and ends as an info', async () => {
    const { lines } = await logged(
      async ({ peerUrl }) => {
        if (peerUrl === A)
          throw new PeerSyncHttpError({ status: 500, detail: 'full\u001b[2J of http://u:S3CRET@h/' });
        return { head: 'h' };
      },
      [A, B],
    );
    expect(lines().find(({ level }) => level === 'warn')).toMatchObject({
      peer: A,
      status: 500,
      msg: `${A} failed: HTTP 500: full of http://***@h/`,
    });
    expect(lines().at(-1)).toMatchObject({ level: 'info', outcome: 'ok', peer: B });
  });

  test('that meets a fork, or hangs, or has nobody to ask, is shown for what it is', async () => {
    const forked = await logged(async () => ({ forked: true, error: 'another chain' }));
    expect(forked.lines().at(-2)).toMatchObject({ level: 'warn', outcome: 'fork', error: 'another chain' });

    const stuck = await logged(() => new Promise(() => undefined));
    await stuck.pass(300_000);
    expect(stuck.lines().find(({ event }) => event === 'run.stuck')).toMatchObject({
      level: 'warn',
      peer: A,
    });

    const solo = await logged(async () => ({ head: '' }), []);
    expect(solo.lines().at(-1)).toMatchObject({
      outcome: 'solo',
      msg: 'solo, no peer to ask; the next is due in 5 min, set by the usual interval',
    });
  });
});

test('what somebody should look after is an error, with where it came from and why', async () => {
  const log = captureLog();
  let saves = 0;
  const storage = {
    load: async () => ({}),
    save: async () => {
      saves += 1;
      if (saves === 1) throw new Error('disk full', { cause: new TypeError('no\nspace') });
    },
  };
  const embedded = embed({ sync: async () => ({ head: '' }), peers: [A], storage });
  running.push(embedded);
  logWorker(embedded.worker, log.logger);
  embedded.worker.on('run.finished', () => {
    throw new RangeError('a listener at fault');
  });
  await embedded.worker.start();
  await embedded.pass(0);
  const errors = log.lines().filter(({ level }) => level === 'error');
  expect(errors).toMatchObject([
    { event: 'storage.failed', error: 'Error: disk full', cause: 'TypeError: no space' },
    { event: 'fault', error: 'RangeError: a listener at fault', msg: 'a listener at fault' },
  ]);
  expect(errors[1]?.['stack']).toEqual(
    expect.arrayContaining([expect.stringContaining('log-worker.test.ts')]),
  );
});

test('a changed list, a changed policy, a clock that jumps: a line each, and none after the end', async () => {
  const log = captureLog();
  const embedded = embed({ sync: async () => ({ head: '' }), peers: [A] });
  running.push(embedded);
  const end = logWorker(embedded.worker, log.logger);
  await embedded.worker.start();
  await embedded.pass(0);
  embedded.worker.setPeers([A, B]);
  embedded.worker.setPolicy({ intervalSeconds: 60 });
  expect(log.lines().slice(-2)).toMatchObject([
    { level: 'info', event: 'peers.changed', peers: 2 },
    { level: 'info', event: 'policy.changed', policy: { intervalSeconds: 60 } },
  ]);
  end();
  const before = log.text();
  embedded.worker.setPeers([B]);
  expect(log.text()).toBe(before);
});
