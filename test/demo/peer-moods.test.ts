import { once } from 'node:events';
import { get } from 'node:http';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createEmptyActor } from 'xstate';
import {
  createDemoPeer,
  createGrowingChain,
  type DemoPeer,
  type GrowingChain,
} from '../../src/demo/demo-peer.ts';
import { type ChainStore, createInfonetSync, createMemoryChain } from '../../src/infonet/index.ts';
import { createPeerRecord } from '../../src/policy/peer-record.ts';
import type { AttemptResult } from '../../src/schedule/attempt.ts';
import { runAttempt } from '../../src/schedule/run-attempt.ts';

/** 2026-01-02 03:04:05.5 UTC, and on. */
let now: number;
let own: GrowingChain;
let peer: DemoPeer;
let ours: ChainStore;

beforeEach(async () => {
  now = 1767323045.5;
  own = createGrowingChain({ now: () => now, greeting: 'hello' });
  const another = createGrowingChain({ now: () => now, greeting: 'hello from elsewhere' });
  peer = await createDemoPeer({ label: 'alpha', own, another, now: () => now });
  ours = createMemoryChain();
  onTestFinished(() => peer.close());
});

/** One attempt, just as the worker makes it. */
function pull(signal: AbortSignal = new AbortController().signal): Promise<AttemptResult> {
  const sync = createInfonetSync({ chain: ours, requestTimeoutMs: 600_000 });
  const worker = createEmptyActor();
  const input = { peer: createPeerRecord(peer.url), head: '', runStartedAt: now, worker };
  return runAttempt(sync, input, { signal, now: () => now });
}

describe('a demo peer', () => {
  it('serves its chain, up to now', async () => {
    expect(await pull()).toMatchObject({ outcome: 'ok', head: own.chain.head() });
    now += 4;
    expect(await pull()).toMatchObject({ outcome: 'ok', head: own.chain.head() });
    expect(ours.count()).toBe(7);
  });

  it('has nothing elsewhere', async () => {
    const [response] = await once(get(`${peer.url}/elsewhere`), 'response');
    response.resume();
    expect(response.statusCode).toBe(404);
  });

  it.each([
    ['429, Retry-After: seconds', '90'],
    ['429, Retry-After: a date', 'Fri, 02 Jan 2026 03:05:36 GMT'],
  ] as const)('asks for a wait by %s', async (mood, retryAfterHeader) => {
    peer.setMood(mood, 90);
    expect(await pull()).toMatchObject({
      outcome: 'error',
      status: 429,
      retryAfterSeconds: 90,
      retryAfterHeader,
    });
  });

  it('fails', async () => {
    peer.setMood('HTTP 500');
    expect(await pull()).toMatchObject({ error: 'HTTP 500: the demo peer fails on purpose', status: 500 });
  });

  it('talks nonsense', async () => {
    peer.setMood('no JSON');
    expect(await pull()).toMatchObject({ error: expect.stringMatching(/no JSON/), status: 200 });
  });

  it('turns to another chain and back', async () => {
    await pull();
    peer.setMood('another chain');
    expect((await pull()).outcome).toBe('fork');
    expect(ours.count()).toBe(3);
    peer.setMood('well');
    expect((await pull()).outcome).toBe('ok');
  });

  it('holds a request until its caller gives up', async () => {
    peer.setMood('never answers');
    const caller = new AbortController();
    const pulling = pull(caller.signal);
    while (peer.openRequests() === 0) await turn();
    caller.abort();
    expect(await pulling).toMatchObject({ outcome: 'error', error: 'The worker was stopped' });
    // Without an end to the connection this would not end.
    while (peer.openRequests() > 0) await turn();
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
