import { describe, expect, it, onTestFinished } from 'vitest';
import { createDemoChain, type DemoChain } from '../../src/demo/demo-chain.ts';
import { createDemoPeer, type DemoPeer } from '../../src/demo/demo-peer.ts';
import { createPuller, NOW } from './puller.ts';

async function startPeer(chain: DemoChain): Promise<DemoPeer> {
  const now = (): number => NOW;
  const otherChain = createDemoChain({ now, greeting: 'hello from elsewhere' });
  const peer = await createDemoPeer({ label: 'alpha', chain, otherChain, now });
  onTestFinished(() => peer.close());
  return peer;
}

function chainOf(firstEvents: number): DemoChain {
  return createDemoChain({ now: () => NOW, greeting: 'hello', firstEvents });
}

function headOf(chain: DemoChain): string {
  return chain.events().at(-1)?.event_id ?? '';
}

describe('pulling from a peer over real HTTP', () => {
  it('ends ok with its head, whether there is something new or not', async () => {
    const chain = chainOf(7);
    const peer = await startPeer(chain);
    const puller = createPuller();
    expect(await puller.pull(peer.url)).toEqual({ outcome: 'ok', head: headOf(chain) });
    expect(await puller.pull(peer.url)).toEqual({ outcome: 'ok', head: headOf(chain) });
    expect(puller.events()).toBe(7);
  });

  it('goes on page by page, at most 5 in a run, and takes the rest in the next', async () => {
    const chain = chainOf(23);
    const peer = await startPeer(chain);
    const puller = createPuller({ pageLimit: 4 });
    const heads = [await puller.pull(peer.url), await puller.pull(peer.url)];
    expect(heads).toEqual([
      { outcome: 'ok', head: chain.events()[19]?.event_id },
      { outcome: 'ok', head: headOf(chain) },
    ]);
  });

  it('ends well where the last full page is followed by an empty one', async () => {
    const chain = chainOf(8);
    const peer = await startPeer(chain);
    const puller = createPuller({ pageLimit: 4 });
    expect(await puller.pull(peer.url)).toEqual({ outcome: 'ok', head: headOf(chain) });
  });

  it('tells a 429 with delay-seconds from other failures, with the wait and the header', async () => {
    const peer = await startPeer(chainOf(3));
    peer.setMood({ kind: 'rate-limited', retryAfterSeconds: 90, form: 'delay-seconds' });
    expect(await createPuller().pull(peer.url)).toEqual({
      outcome: 'error',
      error: 'HTTP 429, rate limited',
      status: 429,
      retryAfterSeconds: 90,
      retryAfterHeader: '90',
    });
  });

  it('reads a 429 with an HTTP-date by the clock of the worker', async () => {
    const peer = await startPeer(chainOf(3));
    peer.setMood({ kind: 'rate-limited', retryAfterSeconds: 90, form: 'http-date' });
    expect(await createPuller().pull(peer.url)).toMatchObject({
      status: 429,
      retryAfterSeconds: 90,
      retryAfterHeader: 'Fri, 02 Jan 2026 03:05:36 GMT',
    });
  });

  it('ends in an error for a 500, with what the peer said', async () => {
    const peer = await startPeer(chainOf(3));
    peer.setMood({ kind: 'failing' });
    expect(await createPuller().pull(peer.url)).toMatchObject({
      outcome: 'error',
      error: 'HTTP 500: the demo peer fails on purpose',
      status: 500,
      retryAfterSeconds: 0,
    });
  });

  it('ends in an error for a body that is no JSON, without dumping it', async () => {
    const peer = await startPeer(chainOf(3));
    peer.setMood({ kind: 'garbage' });
    expect(await createPuller().pull(peer.url)).toEqual({
      outcome: 'error',
      error: 'HTTP 200, and the body is not JSON',
      retryAfterSeconds: 0,
    });
  });

  it('ends in a fork for another chain, and merges nothing', async () => {
    const chain = chainOf(5);
    const peer = await startPeer(chain);
    const puller = createPuller();
    await puller.pull(peer.url);
    peer.setMood({ kind: 'forked' });
    expect((await puller.pull(peer.url)).outcome).toBe('fork');
    expect(puller.events()).toBe(5);
    peer.setMood({ kind: 'well' });
    expect(await puller.pull(peer.url)).toEqual({ outcome: 'ok', head: headOf(chain) });
  });

  it('is a fork too for a worker that was restored with nothing but the head of another chain', async () => {
    const peer = await startPeer(chainOf(5));
    expect((await createPuller({ head: 'f'.repeat(64) }).pull(peer.url)).outcome).toBe('fork');
  });

  it('goes on from the head of an earlier life', async () => {
    const chain = chainOf(5);
    const peer = await startPeer(chain);
    const puller = createPuller({ head: chain.events()[2]?.event_id ?? '' });
    expect(await puller.pull(peer.url)).toEqual({ outcome: 'ok', head: headOf(chain) });
  });

  it('gives up on a silent peer when its time is up', async () => {
    const peer = await startPeer(chainOf(3));
    peer.setMood({ kind: 'silent' });
    expect(await createPuller({ requestTimeoutSeconds: 0.05 }).pull(peer.url)).toMatchObject({
      error: 'no answer within 0.05 s',
    });
  });

  it('says so where nobody listens', async () => {
    const peer = await startPeer(chainOf(3));
    await peer.close();
    const { port } = new URL(peer.url);
    expect(await createPuller().pull(peer.url)).toMatchObject({
      outcome: 'error',
      error: `no connection: connect ECONNREFUSED 127.0.0.1:${port}`,
    });
  });
});
