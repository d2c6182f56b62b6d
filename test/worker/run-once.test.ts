import { describe, expect, test } from 'vitest';
import {
  createPeerGate,
  createPeerRecord,
  createVirtualClock,
  initialSyncState,
  PeerSyncRateLimited,
  retryAfterUntil,
  runOnce,
  type SavedRun,
  type SyncFunction,
} from '../../src/index.ts';
import { BEGIN } from '../support/embedded-worker.ts';
import { once } from '../support/one-run.ts';

const peers = ['http://a.example', 'http://b.example'];
const good: SyncFunction = () => ({ head: 'h1' });

describe('one run', () => {
  test('ends as its attempts do, and says when the next call has anything to do', async () => {
    const clock = createVirtualClock(BEGIN * 1000);
    const run = await once({ peers, sync: () => ({ head: 'h1', details: { entries: 3 } }) }, clock);
    expect(clock.size).toBe(0);
    expect(run).toMatchObject({
      ended: 'finished',
      saved: { state: { lastOutcome: 'ok', currentHead: 'h1', nextSyncDueAt: BEGIN + 300 }, endedAt: BEGIN },
      nextAt: BEGIN + 300,
      attempts: [{ peerUrl: 'http://a.example', result: { outcome: 'ok', details: { entries: 3 } } }],
    });
  });

  test('asks no peer before its time, except on request', async () => {
    const first = await once({ peers, sync: good });
    const saved: SavedRun = JSON.parse(JSON.stringify(first.saved));
    const later = createVirtualClock((BEGIN + 100) * 1000);
    const early = await once({ saved, sync: () => expect.fail('asked') }, later);
    expect(early).toEqual({ ended: 'waiting', saved, nextAt: BEGIN + 300, attempts: [] });
    const requested = await once({ saved, sync: good, request: 'requested' }, later);
    expect(requested).toMatchObject({ ended: 'finished', nextAt: BEGIN + 400 });
  });

  test('fails over, counts one failure, and keeps what each peer asked for', async () => {
    const sync: SyncFunction = ({ peerUrl }) => {
      throw new PeerSyncRateLimited({ retryAfterSeconds: peerUrl === 'http://a.example' ? 600 : 90 });
    };
    const run = await once({ peers, sync });
    expect(run.saved.state).toMatchObject({ lastOutcome: 'error', consecutiveFailures: 1 });
    expect(run.saved.peers.map(retryAfterUntil)).toEqual([BEGIN + 600, BEGIN + 90]);
    expect(run.nextAt).toBe(BEGIN + 90);
    expect(run.attempts.map(({ result }) => result.outcome)).toEqual(['error', 'error']);
  });

  test('asks a new peer at once, also in the last seconds of a backoff', async () => {
    const sync: SyncFunction = ({ peerUrl }) => {
      if (peerUrl === 'http://b.example') return { head: 'h1' };
      throw new PeerSyncRateLimited({ retryAfterSeconds: 90 });
    };
    const { saved, nextAt } = await once({ peers: ['http://a.example'], sync });
    const clock = createVirtualClock((nextAt - 1.5) * 1000);
    const run = await once({ saved, peers, sync }, clock);
    expect(run.attempts.map(({ peerUrl }) => peerUrl)).toEqual(['http://b.example']);
  });

  test('is solo without a peer', async () => {
    const run = await once({ sync: good });
    expect(run).toMatchObject({ ended: 'finished', saved: { state: { lastOutcome: 'solo' } } });
    expect(run.nextAt).toBe(BEGIN + 300);
  });

  test('takes another list of peers, and what is remembered of them holds', async () => {
    const sync: SyncFunction = () => {
      throw new PeerSyncRateLimited({ retryAfterSeconds: 600 });
    };
    const { saved } = await once({ peers: ['http://a.example'], sync });
    const asked: string[] = [];
    const next = await once({
      saved,
      peers,
      sync: ({ peerUrl }) => {
        asked.push(peerUrl);
        return { head: 'h1' };
      },
    });
    // A new peer need not wait for the others, but for the second between two runs.
    expect(next).toMatchObject({ ended: 'waiting', nextAt: BEGIN + 600 });
    const clock = createVirtualClock((BEGIN + 1) * 1000);
    const third = await once({ saved, peers, sync: good }, clock);
    expect(third).toMatchObject({ ended: 'finished', saved: { state: { lastPeerUrl: 'http://b.example' } } });
    expect(asked).toEqual([]);
  });

  test('that a gate refuses is withdrawn, and says when to call again', async () => {
    const clock = createVirtualClock(BEGIN * 1000);
    const gate = { enter: () => ({ held: BEGIN + 30.5 }) };
    const run = await once({ peers, gate, sync: () => expect.fail('asked') }, clock);
    expect(run).toMatchObject({
      ended: 'withdrawn',
      saved: { state: { ...initialSyncState(), nextSyncDueAt: BEGIN + 1 } },
      nextAt: BEGIN + 31,
    });
    expect(run.saved.peers).toMatchObject([{ failureCount: 0 }, { failureCount: 0 }]);
    expect(run.attempts.map(({ result }) => result.outcome)).toEqual(['held', 'held']);
  });

  test('passes a Retry-After to the gate, which then holds other calls', async () => {
    const clock = createVirtualClock(BEGIN * 1000);
    const gate = createPeerGate({ clock });
    const limited: SyncFunction = () => {
      throw new PeerSyncRateLimited({ retryAfterSeconds: 600 });
    };
    await once({ peers: ['http://a.example/one'], gate, sync: limited }, clock);
    const other = await once(
      { peers: ['http://a.example/two'], gate, sync: () => expect.fail('asked') },
      clock,
    );
    expect(other).toMatchObject({ ended: 'withdrawn', nextAt: BEGIN + 600 });
  });

  test('that is stuck ends there: the next call waits out the rest, and asks another peer first', async () => {
    const clock = createVirtualClock(BEGIN * 1000);
    const run = await once({ peers, sync: () => new Promise(() => undefined) }, clock);
    expect(clock.now() / 1000).toBe(BEGIN + 300);
    expect(run).toMatchObject({ ended: 'unfinished', nextAt: BEGIN + 301 });
    expect(run.saved.state).toMatchObject({ lastOutcome: 'running', consecutiveFailures: 0 });
    expect(run.saved.peers).toMatchObject([{ failureCount: 1 }, { failureCount: 0 }]);
    const { saved } = run;
    expect((await once({ saved, sync: good }, clock)).ended).toBe('waiting');
    clock.advanceTo((BEGIN + 301) * 1000);
    const next = await once({ saved, sync: good }, clock);
    expect(next.saved.state).toMatchObject({ lastOutcome: 'ok', lastPeerUrl: 'http://b.example' });
    // Marked once for its one hang.
    expect(next.saved.peers).toMatchObject([{ failureCount: 1 }, { failureCount: 0 }]);
  });

  test('is withdrawn by its signal, with what the peer asked for in its last answer', async () => {
    const controller = new AbortController();
    const sync: SyncFunction = (_, { signal }) => {
      queueMicrotask(() => controller.abort());
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new PeerSyncRateLimited({ retryAfterSeconds: 600 })));
      });
    };
    const run = await once({ peers, sync, signal: controller.signal });
    expect(run).toMatchObject({ ended: 'withdrawn', saved: { state: { lastOutcome: 'idle' } } });
    expect(run.saved.peers.map(retryAfterUntil)).toEqual([BEGIN + 600, 0]);
    await expect(once({ peers, sync, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
  });

  test('whose sync function ignores the abort is left as a crash leaves one', async () => {
    const clock = createVirtualClock(BEGIN * 1000);
    const controller = new AbortController();
    const sync: SyncFunction = () => {
      controller.abort();
      return new Promise(() => undefined);
    };
    const run = await once({ peers, sync, signal: controller.signal }, clock);
    expect(clock.now() / 1000).toBe(BEGIN + 5);
    expect(run).toMatchObject({ ended: 'unfinished', saved: { state: { lastOutcome: 'running' } } });
    expect(run.nextAt).toBe(BEGIN + 301);
  });

  test('is on record before each peer is asked', async () => {
    const deeds: string[] = [];
    const sync: SyncFunction = ({ peerUrl }) => {
      deeds.push(`ask ${peerUrl}`);
      throw new Error('refused');
    };
    const save = async ({ state, peers: list }: SavedRun): Promise<void> => {
      await undefined;
      deeds.push(`${state.lastOutcome} ${state.lastPeerUrl} ${list.map((peer) => peer.failureCount)}`);
    };
    await once({ peers, sync, save });
    expect(deeds).toEqual([
      'running http://a.example 0,0',
      'ask http://a.example',
      'running http://b.example 1,0',
      'ask http://b.example',
    ]);
  });

  test.each([
    [
      'fails',
      () => {
        throw new Error('the database is gone');
      },
      /could not be saved: the database is gone/,
    ],
    ['hangs', () => new Promise<void>(() => undefined), /takes longer than 30 s/],
  ])('asks nobody where its record %s: the fault is ours', async (_, save, message) => {
    const run = await once({ peers, save, sync: () => expect.fail('asked') });
    expect(run.saved.state).toMatchObject({
      lastOutcome: 'error',
      lastError: expect.stringMatching(message),
    });
    expect(run.saved.peers).toMatchObject([{ failureCount: 0 }, { failureCount: 0 }]);
    expect(run.nextAt).toBe(run.saved.state.lastSyncFinishedAt + 30);
  });

  test('is not spread at its start, but its interval is', async () => {
    const policy = { spreadRatio: 1 };
    const clock = createVirtualClock(BEGIN * 1000);
    const run = await once({ peers, policy, sync: good, random: () => 0.5 }, clock);
    expect(run).toMatchObject({ ended: 'finished', nextAt: BEGIN + 450 });
    clock.advanceTo((BEGIN + 450) * 1000);
    const next = await once({ saved: run.saved, policy, sync: good, random: () => 0.5 }, clock);
    expect(next).toMatchObject({ ended: 'finished', nextAt: BEGIN + 900 });
  });

  test('says what is wrong with what it was given', async () => {
    const refused = (options: unknown): Promise<unknown> =>
      runOnce(options as never).catch((error) => error.message);
    expect(await refused(undefined)).toBe('runOnce() was given undefined; allowed is an object with sync');
    expect(await refused({ sync: good, storage: {} })).toMatch(
      /^Unknown option storage; known are sync, peers/,
    );
    expect(await refused({ sync: good, peers: { load: good, save: good } })).toMatch(
      /^peers is .*array of peers/,
    );
    expect(await refused({ sync: good, request: 'now' })).toMatch(/^request is "now"; allowed is/);
    expect(await refused({ sync: good, save: 7 })).toBe('save is 7; allowed is a function');
    expect(await refused({ sync: good, saved: null })).toMatch(/^saved is null; allowed is/);
    expect(await refused({ sync: good, saved: { state: { nextSyncDueAt: 1.5 } } })).toMatch(
      /^saved is .*nextSyncDueAt/i,
    );
    expect(await refused({ sync: good, saved: { endedAt: 'now' } })).toMatch(/^saved.endedAt is "now"/);
  });
});

test('a record by itself is a peer to ask', async () => {
  const run = await once({ peers: [createPeerRecord('http://a.example')], sync: good });
  expect(run.saved.state.lastPeerUrl).toBe('http://a.example');
});
