import { once } from 'node:events';
import { get } from 'node:http';
import { json } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createEmptyActor } from 'xstate';
import { createDemoPeer, type DemoPeer } from '../../src/demo/demo-peer.ts';
import { type GrowingPeer, startGrowingPeer } from '../../src/demo/growing-peer.ts';
import { type ChainStore, createInfonetSync, createMemoryChain } from '../../src/infonet/index.ts';
import { createPeerRecord } from '../../src/policy/peer-record.ts';
import type { AttemptResult } from '../../src/schedule/attempt.ts';
import { runAttempt } from '../../src/schedule/run-attempt.ts';

/** 2026-01-02 03:04:05.5 UTC, and on. */
let now: number;
let behind: GrowingPeer;
let peer: DemoPeer;
let ours: ChainStore;

beforeEach(async () => {
  now = 1767323045.5;
  const start = (greeting: string): Promise<GrowingPeer> => startGrowingPeer({ now: () => now, greeting });
  behind = await start('hello');
  const elsewhere = await start('hello from elsewhere');
  peer = await createDemoPeer({ label: 'alpha', behind, elsewhere, now: () => now });
  ours = createMemoryChain();
  onTestFinished(async () => {
    await Promise.all([peer.close(), behind.close(), elsewhere.close()]);
  });
});

/** One attempt, just as the worker makes it. */
function pull(signal: AbortSignal = new AbortController().signal): Promise<AttemptResult> {
  const sync = createInfonetSync({ chain: ours, requestTimeoutMs: 600_000 });
  const worker = createEmptyActor();
  const input = { peer: createPeerRecord(peer.url), head: '', runStartedAt: now, worker };
  return runAttempt(sync, input, { signal, now: () => now });
}

describe('a demo peer', () => {
  it('serves the chain behind it, up to now', async () => {
    expect(await pull()).toMatchObject({ outcome: 'ok', head: behind.chain.head() });
    now += 4;
    expect(await pull()).toMatchObject({ outcome: 'ok', head: behind.chain.head() });
    expect(ours.count()).toBe(7);
  });

  it('answers as the peer behind it to what is no sync request', async () => {
    const [response] = await once(get(`${peer.url}/elsewhere`), 'response');
    expect([response.statusCode, await json(response)]).toEqual([404, { ok: false, detail: 'Not Found' }]);
  });

  it.each([
    ['delay-seconds', '90'],
    ['http-date', 'Fri, 02 Jan 2026 03:05:36 GMT'],
  ] as const)('asks for a wait as %s', async (form, retryAfterHeader) => {
    peer.setMood({ kind: 'rate-limited', retryAfterSeconds: 90, form });
    expect(await pull()).toMatchObject({
      outcome: 'error',
      status: 429,
      retryAfterSeconds: 90,
      retryAfterHeader,
    });
  });

  it('fails', async () => {
    peer.setMood({ kind: 'failing' });
    expect(await pull()).toMatchObject({ error: 'HTTP 500: the demo peer fails on purpose', status: 500 });
  });

  it('talks nonsense', async () => {
    peer.setMood({ kind: 'garbage' });
    expect(await pull()).toMatchObject({ error: expect.stringMatching(/no JSON/), status: 200 });
  });

  it('turns to another chain and back', async () => {
    await pull();
    peer.setMood({ kind: 'forked' });
    expect((await pull()).outcome).toBe('fork');
    expect(ours.count()).toBe(3);
    peer.setMood({ kind: 'well' });
    expect((await pull()).outcome).toBe('ok');
  });

  it('holds a request until its caller gives up', async () => {
    peer.setMood({ kind: 'unresponsive' });
    const caller = new AbortController();
    const pulling = pull(caller.signal);
    while (peer.openRequests() === 0) await turn();
    caller.abort();
    expect(await pulling).toMatchObject({ outcome: 'error', error: 'The worker was stopped' });
    // Without an end to the connection this would not end.
    while (peer.openRequests() > 0) await turn();
  });

  it('says so where the peer behind it is gone', async () => {
    await behind.close();
    expect(await pull()).toMatchObject({ error: expect.stringMatching(/^HTTP 500: .*ECONNREFUSED/) });
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
