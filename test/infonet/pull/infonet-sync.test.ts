import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { ChainDamagedError } from '../../../src/infonet/chain/chain-damaged-error.ts';
import { createMemoryChain } from '../../../src/infonet/chain/chain-store.ts';
import { createEventAuthor } from '../../../src/infonet/events/event-author.ts';
import { createInfonetSync, createObservedSync } from '../../../src/infonet/pull/infonet-sync.ts';
import type { PullProgress } from '../../../src/infonet/pull/infonet-sync-options.ts';
import { createInfonetPeer } from '../../../src/infonet/serve/infonet-peer.ts';
import { createPeerRecord } from '../../../src/policy/peer-record.ts';
import { StorageUnwritableError } from '../../../src/storage/disk/index.ts';
import { createSyncWorker } from '../../../src/worker/create-sync-worker.ts';
import { NOW, runOnce } from '../one-run.ts';
import { exchange, exchanges, RECORDED_HEAD, recordedEvents } from '../recorded-exchanges.ts';
import { answer, type Script, say, startScriptedPeer } from '../scripted-peer.ts';
import { eventTexts, page } from '../sync-answers.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function peerThat(script: Script): Promise<Awaited<ReturnType<typeof startScriptedPeer>>> {
  const peer = await startScriptedPeer({ script });
  open.push(peer.close);
  return peer;
}

async function peerWith(count: number): Promise<string> {
  const chain = createMemoryChain();
  await chain.ingest(recordedEvents.slice(0, count));
  const peer = await createInfonetPeer({ chain });
  open.push(peer.close);
  return peer.url;
}

/** A real HTTP server that answers each recorded request as recorded, byte for byte, and no other. */
async function recordedPeer(names: readonly string[]): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const found = names
      .map(exchange)
      .find((one) => JSON.stringify(one.request.body) === body && request.url === one.request.path);
    asked.push(found?.name ?? 'unknown');
    response.writeHead(found?.response.status ?? 500, found?.response.headers);
    response.end(found?.response.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => server.close().closeAllConnections());
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, asked };
}

const attempt = {
  signal: new AbortController().signal,
  head: '',
  now: () => NOW,
  worker: undefined as never,
};

describe('recorded exchanges, replayed over HTTP', () => {
  test('end with head and count as recorded', async () => {
    const { url, asked } = await recordedPeer(exchanges.map(({ name }) => name));
    const chain = createMemoryChain();
    const { state } = await runOnce(createInfonetSync({ chain, pageLimit: 100 }), [url]);
    expect(asked).toEqual(['page-0', 'page-1', 'page-2']);
    expect(state).toMatchObject({ lastOutcome: 'ok', currentHead: RECORDED_HEAD });
    expect([chain.count(), chain.head()]).toEqual([260, RECORDED_HEAD]);
    const again = await runOnce(createInfonetSync({ chain, pageLimit: 100 }), [url]);
    expect(asked.at(-1)).toBe('page-3');
    expect(again.state).toMatchObject({ lastOutcome: 'ok', currentHead: RECORDED_HEAD });
  });

  test('go on from the middle', async () => {
    const { url, asked } = await recordedPeer(['from-middle']);
    const chain = createMemoryChain();
    await chain.ingest(recordedEvents.slice(0, 137));
    const { state } = await runOnce(createInfonetSync({ chain, pageLimit: 100, maxPages: 1 }), [url]);
    expect([asked, state.lastOutcome, chain.count()]).toEqual([['from-middle'], 'ok', 237]);
  });

  test.each([
    ['forked-unknown-tip-only-genesis-shared', 'fork', 'the peer is on another chain'],
    ['forked-nothing-shared', 'fork', 'the peer is on another chain'],
    ['unsupported-protocol', 'error', 'HTTP 426: Unsupported protocol_version'],
    ['locator-not-a-list', 'error', 'the peer refused: locator must be a list'],
    ['rate-limited-2', 'error', 'HTTP 429, rate limited: Rate limit exceeded'],
  ])('%s ends as %s', async (name, outcome, error) => {
    const { status, headers, body } = exchange(name).response;
    const lines = Object.entries(headers).map(([key, value]) => `${key}: ${value}`);
    const peer = await peerThat(say(answer(body, { status: `${status} x`, headers: lines })));
    const chain = createMemoryChain();
    await chain.ingest(recordedEvents.slice(0, 3));
    const { state } = await runOnce(createInfonetSync({ chain }), [peer.url]);
    expect(state.lastOutcome).toBe(outcome);
    expect(state.lastError).toContain(error);
    expect(chain.count()).toBe(3);
    if (name === 'rate-limited-2') expect(state.nextSyncDueAt).toBe(NOW + 60);
  });
});

describe('a run', () => {
  test('takes as many pages as it may, says that there is more, and the next goes on', async () => {
    const ours = createMemoryChain();
    const sync = createInfonetSync({ chain: ours, pageLimit: 100, maxPages: 2 });
    const record = createPeerRecord(await peerWith(260));
    expect(await sync(record, attempt)).toEqual({ head: ours.head(), more: true });
    expect(ours.count()).toBe(200);
    expect(await sync(record, attempt)).toEqual({ head: RECORDED_HEAD });
    expect(ours.count()).toBe(260);
  });

  test('says of a full page that brings it level that there is no more', async () => {
    const sync = createInfonetSync({ chain: createMemoryChain(), pageLimit: 130, maxPages: 2 });
    expect(await sync(createPeerRecord(await peerWith(260)), attempt)).toEqual({ head: RECORDED_HEAD });
  });

  test('begins no page after two minutes', async () => {
    const ours = createMemoryChain();
    let seconds = 0;
    const onProgress = (): void => {
      seconds += 50;
    };
    const sync = createObservedSync({ chain: ours, pageLimit: 10, onProgress }, { monotonic: () => seconds });
    const answered = await sync(createPeerRecord(await peerWith(260)), attempt);
    // Three pages begin, at 0, 50 and 100 seconds.
    expect([answered, ours.count()]).toEqual([{ head: ours.head(), more: true }, 30]);
  });

  test('reports after each page how far it has come', async () => {
    const reported: PullProgress[] = [];
    const sync = createInfonetSync({
      chain: createMemoryChain(),
      pageLimit: 10,
      maxPages: 4,
      onProgress: (progress) => void reported.push(progress),
    });
    const peerUrl = await peerWith(25);
    await runOnce(sync, [peerUrl]);
    const page = { peerUrl, maxPages: 4, eventsAtMost: 40 };
    const at = (count: number): number => JSON.parse(eventTexts[count - 1] ?? '').timestamp;
    expect(reported).toEqual([
      { ...page, accepted: 10, pages: 1, more: true, newestAt: at(10) },
      { ...page, accepted: 20, pages: 2, more: true, newestAt: at(20) },
      { ...page, accepted: 25, pages: 3, more: false, newestAt: at(25) },
    ]);
  });

  test('asks once more where a kept connection closes before any byte of the next answer', async () => {
    const peer = await peerThat((socket, { index }) => {
      // Each second request finds its connection gone, as with a keep-alive time that is over.
      if (index % 2 === 1) socket.destroy();
      else socket.write(answer(page(eventTexts.slice(index * 5, index * 5 + 10))), 'latin1');
    });
    const chain = createMemoryChain();
    const { state } = await runOnce(createInfonetSync({ chain, pageLimit: 10, maxPages: 2 }), [peer.url]);
    expect([state.lastError, chain.count(), peer.requests.length]).toEqual(['', 20, 3]);
  });

  test('asks no more where a fresh connection closes, or an answer has begun', async () => {
    const closing = await peerThat((socket) => socket.destroy());
    const begun = await peerThat((socket, { index }) =>
      index === 0
        ? socket.write(answer(page(eventTexts.slice(0, 10))), 'latin1')
        : socket.end('HTTP/1.1 200 OK\r\n'),
    );
    const sync = createInfonetSync({ chain: createMemoryChain(), pageLimit: 10 });
    await runOnce(sync, [closing.url, begun.url]);
    expect([closing.requests.length, begun.requests.length]).toEqual([1, 2]);
  });

  test('asks over one connection, with no credentials and no cookie', async () => {
    const peer = await peerThat((socket, { index }) =>
      socket.write(answer(page(eventTexts.slice(index * 5, index * 5 + 5))), 'latin1'),
    );
    await runOnce(createInfonetSync({ chain: createMemoryChain(), pageLimit: 5, maxPages: 2 }), [peer.url]);
    expect(peer.requests.length).toBe(2);
    for (const { head } of peer.requests) {
      expect(head).toMatch(/^POST \/api\/mesh\/infonet\/sync HTTP\/1\.1\r\n/);
      expect(head.toLowerCase()).not.toMatch(/authorization|cookie|referer|origin/);
    }
  });

  test('tries the next peer after one that has nothing new and stands elsewhere', async () => {
    const empty = await peerThat(say(answer(page([]))));
    const chain = createMemoryChain();
    const { state, peers } = await runOnce(createInfonetSync({ chain }), [empty.url, await peerWith(260)]);
    expect([state.lastOutcome, chain.count()]).toEqual(['ok', 260]);
    expect(peers.find(({ peerUrl }) => peerUrl === empty.url)?.lastError).toBe(
      "nothing new, though the peer's head 5147e644… is not ours",
    );
  });

  test('keeps what was verified, tells the head, and backs off all the same', async () => {
    const peer = await peerThat(say(answer(page([...eventTexts.slice(0, 4), ...eventTexts.slice(5, 6)]))));
    const chain = createMemoryChain();
    const { state } = await runOnce(createInfonetSync({ chain }), [peer.url]);
    expect(chain.count()).toBe(4);
    expect(state).toMatchObject({ lastOutcome: 'error', currentHead: chain.head(), consecutiveFailures: 1 });
    expect(state.nextSyncDueAt).toBeGreaterThanOrEqual(NOW + 60);
  });

  test('ends at once when its signal is aborted, and keeps nothing that comes after', async () => {
    const controller = new AbortController();
    const peer = await peerThat(() => controller.abort(new Error('stuck')));
    const chain = createMemoryChain();
    const sync = createInfonetSync({ chain, requestTimeoutMs: 600_000 });
    const options = { ...attempt, signal: controller.signal };
    await expect(sync(createPeerRecord(peer.url), options)).rejects.toThrow('stuck');
    await expect(sync(createPeerRecord(peer.url), options)).rejects.toThrow('stuck');
    expect(peer.requests.length).toBe(1);
  });

  test.each([
    new StorageUnwritableError('events.log', new Error('no room')),
    new ChainDamagedError('chain', 'is damaged'),
  ])('marks no peer for a chain that fails: $name', async (fault) => {
    const chain = { ...createMemoryChain(), ingest: () => Promise.reject(fault) };
    const pulled = createInfonetSync({ chain })(createPeerRecord({ peerUrl: await peerWith(5) }), attempt);
    await expect(pulled).rejects.toMatchObject({ code: 'local', message: fault.message, cause: fault });
  });

  test('does not go where a redirect points', async () => {
    const victim = await peerThat(say(answer(page([]))));
    const peer = await peerThat(say(answer('', { status: '307 x', headers: [`location: ${victim.url}/x`] })));
    const { state } = await runOnce(createInfonetSync({ chain: createMemoryChain() }), [peer.url]);
    expect([state.lastError, victim.requests.length]).toEqual(['HTTP 307', 0]);
  });

  test('takes neither two million tiny events nor 40 MB within its limits', async () => {
    const used = (): number => process.memoryUsage().heapUsed + process.memoryUsage().external;
    const before = used();
    const tinyEvents = answer(`{"events":[${'{},'.repeat(2_000_000)}{}]}`);
    const tiny = await peerThat(say(tinyEvents));
    const big = await peerThat(say(answer(Buffer.alloc(40 * 1024 * 1024, 0x20))));
    const sync = createInfonetSync({ chain: createMemoryChain(), requestTimeoutMs: 60_000 });
    const { peers } = await runOnce(sync, [tiny.url, big.url]);
    expect(peers.map(({ lastError }) => lastError)).toEqual([
      'the answer is no JSON we take: more values than allowed',
      'a body above 33554432 bytes',
    ]);
    expect(used() - before).toBeLessThan(512 * 1024 * 1024);
  });
});

describe('a chain that forked', () => {
  const fork = async (count: number) => {
    const author = createEventAuthor();
    const chain = createMemoryChain();
    for (let sequence = 1; sequence <= count; sequence += 1) {
      await chain.ingest([author.write({ head: chain.head(), sequence, timestamp: sequence, payload: {} })]);
    }
    return chain;
  };

  test('stays as it is, unless the operator says otherwise', async () => {
    const chain = await fork(5);
    const head = chain.head();
    const { state } = await runOnce(createInfonetSync({ chain }), [await peerWith(260)]);
    expect(state).toMatchObject({ lastOutcome: 'fork', forkDetected: true });
    expect([chain.count(), chain.head()]).toEqual([5, head]);
  });

  test('gives way where the operator allows it, and says where it is kept', async () => {
    const chain = await fork(19);
    const places: string[] = [];
    const options = {
      chain,
      replaceForkedChain: true,
      onChainSetAside: (place: string) => places.push(place),
    };
    const { state } = await runOnce(createInfonetSync(options), [await peerWith(260)]);
    expect([state.lastOutcome, chain.count(), chain.head()]).toEqual(['ok', 260, RECORDED_HEAD]);
    expect(places.length).toBe(1);
  });

  test('gives way also if nobody listens where it is kept', async () => {
    const chain = await fork(19);
    const sync = createInfonetSync({ chain, replaceForkedChain: true });
    const { state } = await runOnce(sync, [await peerWith(260)]);
    expect([state.lastOutcome, chain.count(), chain.head()]).toEqual(['ok', 260, RECORDED_HEAD]);
  });

  test('of 20 events and more never gives way', async () => {
    const chain = await fork(20);
    const sync = createInfonetSync({ chain, replaceForkedChain: true });
    const { state } = await runOnce(sync, [await peerWith(260)]);
    expect([state.lastOutcome, chain.count()]).toEqual(['fork', 20]);
  });

  test('does not give way to one that is not longer', async () => {
    const chain = await fork(5);
    const sync = createInfonetSync({ chain, replaceForkedChain: true });
    const { state } = await runOnce(sync, [await peerWith(5)]);
    expect([state.lastOutcome, chain.count()]).toEqual(['fork', 5]);
  });

  test('does not give way to one that does not verify', async () => {
    const chain = await fork(5);
    const head = chain.head();
    const events = [...eventTexts.slice(0, 8), eventTexts[9] ?? ''];
    const peer = await peerThat((socket, { index }) =>
      socket.write(answer(index === 0 ? page([], { forked: 'true' }) : page(events)), 'latin1'),
    );
    const { state } = await runOnce(createInfonetSync({ chain, replaceForkedChain: true }), [peer.url]);
    expect([state.lastOutcome, chain.count(), chain.head()]).toEqual(['fork', 5, head]);
  });
});

describe('a peer over clearnet', () => {
  test('is passed over, with the reason in why(), and refused when asked directly', async () => {
    const sync = createInfonetSync({ chain: createMemoryChain() });
    const record = createPeerRecord('https://peer.example');
    expect(sync.exclude(record)).toContain('clearnet is not allowed');
    await expect(sync(record, attempt)).rejects.toThrow('not asked: clearnet is not allowed');
    const worker = createSyncWorker({ sync, peers: ['https://peer.example', await peerWith(3)] });
    await worker.start();
    await worker.waitFor('ok');
    expect(worker.why().peers).toContainEqual(
      expect.objectContaining({
        peerUrl: 'https://peer.example',
        rule: 'excluded',
        detail: expect.stringContaining('clearnet is not allowed'),
      }),
    );
    await worker.stop();
  });

  test('is allowed in so many words only', () => {
    const record = createPeerRecord('https://peer.example');
    const chain = createMemoryChain();
    const truthy = 'yes' as unknown as boolean;
    expect(createInfonetSync({ chain, allowClearnet: truthy }).exclude(record)).toContain('not allowed');
    expect(createInfonetSync({ chain, allowClearnet: true }).exclude(record)).toBeUndefined();
  });
});

test.each([
  ['requestTimeoutMs', 0],
  ['requestTimeoutMs', Number.POSITIVE_INFINITY],
  ['maxBodyBytes', 1.5],
  ['pageLimit', 501],
  ['maxPages', -1],
  ['socksProxy', 'socks5://127.0.0.1:9050'],
  ['socksProxy', '127.0.0.1:99999'],
])('the option %s of %s is refused, by name', (name, value) => {
  const create = () => createInfonetSync({ chain: createMemoryChain(), [name]: value });
  expect(create).toThrow(RangeError);
  expect(create).toThrow(new RegExp(`^${name} is .*; allowed is`));
});
