import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { createEmptyActor } from 'xstate';
import { createMemoryChain } from '../../../src/infonet/chain/chain-store.ts';
import { createInfonetSync } from '../../../src/infonet/pull/infonet-sync.ts';
import type { InfonetSyncOptions } from '../../../src/infonet/pull/infonet-sync-options.ts';
import { connectThroughProxy, readProxyAddress } from '../../../src/infonet/pull/socks-proxy.ts';
import { socksReply } from '../../../src/infonet/pull/socks-replies.ts';
import { createInfonetPeer } from '../../../src/infonet/serve/infonet-peer.ts';
import { PeerSyncLocalError, PeerSyncProtocolError } from '../../../src/policy/errors.ts';
import { createPeerRecord } from '../../../src/policy/peer-record.ts';
import { type OnionProxy, startOnionProxy } from '../../support/onion-proxy.ts';
import { runOnce } from '../one-run.ts';
import { recordedEvents } from '../recorded-exchanges.ts';
import { startScriptedPeer } from '../scripted-peer.ts';

const ONION = `http://${'a'.repeat(56)}.onion`;
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const pull = async (socksProxy: string, peerUrl: string, limits: Partial<InfonetSyncOptions> = {}) => {
  const chain = createMemoryChain();
  const { state } = await runOnce(createInfonetSync({ chain, socksProxy, ...limits }), [peerUrl]);
  return { state, chain };
};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address === null || typeof address === 'string' ? 0 : address.port;
}

const hasMicrosocks = spawnSync('microsocks', ['-h']).error === undefined;

describe.skipIf(!hasMicrosocks)(
  'through a real SOCKS5 server (microsocks; skipped where it is not installed)',
  () => {
    async function startMicrosocks(): Promise<string> {
      const port = await freePort();
      const server = spawn('microsocks', ['-i', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
      open.push(async () => {
        server.kill();
        await once(server, 'exit');
      });
      for (;;) {
        const probe = connect(port, '127.0.0.1');
        const [came] = await Promise.race([
          once(probe, 'connect').then(() => [true]),
          once(probe, 'close').then(() => [false]),
        ]).catch(() => [false]);
        probe.destroy();
        if (came === true) return `127.0.0.1:${port}`;
      }
    }

    test('the name goes to the proxy, which is the one that cannot resolve it', async () => {
      const { state } = await pull(await startMicrosocks(), ONION);
      expect(state.lastError).toMatch(/^SOCKS reply 0\d: /);
    });

    test('a name that the proxy resolves is reached', async () => {
      // The rest is the same for all names; `localhost` is one that any proxy resolves.
      const peer = await createInfonetPeer({ chain: createMemoryChain() });
      open.push(peer.close);
      const proxy = readProxyAddress(await startMicrosocks());
      const destination = { host: 'localhost', port: Number(new URL(peer.url).port) };
      const socket = await connectThroughProxy(destination, proxy, new AbortController().signal);
      socket.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
      expect(await textOf(socket)).toMatch(/^HTTP\/1\.1 404/);
    });
  },
);

async function openOnionProxy(to: number): Promise<OnionProxy> {
  const proxy = await startOnionProxy(to);
  open.push(proxy.close);
  return proxy;
}

describe('an onion peer', () => {
  test('is pulled from, private events and all, its name resolved by the proxy', async () => {
    const theirs = createMemoryChain();
    await theirs.ingest(recordedEvents);
    const peer = await createInfonetPeer({ chain: theirs });
    open.push(peer.close);
    const proxy = await openOnionProxy(Number(new URL(peer.url).port));
    const { state, chain } = await pull(proxy.address, ONION);
    expect([state.lastOutcome, state.lastError, chain.count()]).toEqual(['ok', '', 260]);
    // 3: a name, as SOCKS5 has it (RFC 1928 §5), and not an address somebody resolved here.
    expect(proxy.asked).toEqual([`3 ${'a'.repeat(56)}.onion 80`]);
  });

  test('that never answers ends by the time limit', async () => {
    const silent = await startScriptedPeer({ script: () => undefined });
    open.push(silent.close);
    const proxy = await openOnionProxy(Number(new URL(silent.url).port));
    const { state } = await pull(proxy.address, ONION, { onionRequestTimeoutMs: 200 });
    expect(state.lastError).toBe('no whole answer within 200 ms');
  });

  test('behind a proxy that never answers ends by the time limit', async () => {
    const silent = await startScriptedPeer({ script: () => undefined });
    open.push(silent.close);
    const { state } = await pull(new URL(silent.url).host, ONION, { onionConnectTimeoutMs: 200 });
    expect(state.lastError).toMatch(/^no connection through Tor within 200 ms: /);
  });

  test('without a proxy is an error that names the proxy, and no other way is tried', async () => {
    const port = await freePort();
    const { state } = await pull(`127.0.0.1:${port}`, ONION);
    expect(state.lastError).toBe(
      `the SOCKS proxy at 127.0.0.1:${port} is not there: connect ECONNREFUSED 127.0.0.1:${port}. Start Tor, or name its SOCKS port with --socks-proxy.`,
    );
  });
});

test.each([
  ['127.0.0.1:9050', { host: '127.0.0.1', port: 9050 }],
  ['[::1]:9150', { host: '::1', port: 9150 }],
  ['tor.local:1', { host: 'tor.local', port: 1 }],
])('the proxy address %s is read', (text, address) => expect(readProxyAddress(text)).toEqual(address));

test.each(['', '9050', '127.0.0.1', '127.0.0.1:0', '127.0.0.1:65536', 'a b:1', 'u:p@h:1', '::1:9050'])(
  'the proxy address %j is refused',
  (text) => expect(() => readProxyAddress(text)).toThrow(/^socksProxy is .*allowed is host:port/),
);

/** A proxy that says these bytes, one entry for each message it is sent, and then ends or stays. */
async function startSayingProxy(replies: readonly (readonly number[])[], ends = false): Promise<string> {
  const server = createServer((socket) => {
    let index = 0;
    socket.on('error', () => socket.destroy());
    socket.on('data', () => {
      const reply = replies[index];
      index += 1;
      if (reply !== undefined) socket.write(Buffer.from(reply));
      if (ends && index >= replies.length) socket.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => server.close());
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

const failure = async (proxy: string): Promise<unknown> =>
  createInfonetSync({ chain: createMemoryChain(), socksProxy: proxy })(createPeerRecord(ONION), {
    signal: new AbortController().signal,
    head: '',
    now: () => 0,
    worker: createEmptyActor(),
  }).catch((error: unknown) => error);

const codes = [1, 2, 3, 4, 5, 6, 7, 8, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7];

test('each SOCKS reply has a sentence and an advice of its own, and any other is shown by its code', () => {
  const known = codes.map(socksReply);
  expect(new Set(known.map(({ message }) => message.replace(/.*: /, ''))).size).toBe(codes.length);
  for (const { advice } of known) expect(advice).toMatch(/^[A-Z].*\.$/);
  expect(socksReply(0x2a).message).toBe('SOCKS reply 2A: it could not be reached');
});

test.each(codes)(
  'the SOCKS reply %i is the error, and no peer is blamed where the proxy is at fault',
  async (code) => {
    const error = await failure(
      await startSayingProxy([
        [5, 0],
        [5, code],
      ]),
    );
    expect(error).toBeInstanceOf([7, 8].includes(code) ? PeerSyncLocalError : PeerSyncProtocolError);
    expect(error).toHaveProperty('message', expect.stringContaining(socksReply(code).message));
  },
);

test.each([
  ['speaks HTTP', [[...Buffer.from('HTTP/1.0 501 Tor is not an HTTP Proxy\r\n\r\n')]], true],
  ['speaks SOCKS4', [[0, 91]], true],
  ['hangs up', [[]], true],
])('a port that %s is not a SOCKS5 port', async (_, replies, ends) => {
  const error = await failure(await startSayingProxy(replies, ends));
  expect(error).toBeInstanceOf(PeerSyncLocalError);
  expect(error).toHaveProperty(
    'message',
    expect.stringMatching(/is not a SOCKS5 port\. Name the SOCKS port/),
  );
});

test('a proxy that wants a login is given one of this process; one that refuses it is a fault of this machine', async () => {
  const told = await failure(
    await startSayingProxy([
      [5, 2],
      [1, 0],
      [5, 0xf0],
    ]),
  );
  expect(told).toHaveProperty('message', 'SOCKS reply F0: the onion service has no descriptor');
  for (const refusing of [
    [
      [5, 2],
      [1, 1],
    ],
    [[5, 0xff]],
  ]) {
    expect(await failure(await startSayingProxy(refusing))).toBeInstanceOf(PeerSyncLocalError);
  }
});

test('a proxy that hangs up on the request is an error that says so', async () => {
  const error = await failure(await startSayingProxy([[5, 0], []], true));
  expect(error).toHaveProperty(
    'message',
    expect.stringMatching(/^the SOCKS proxy at .* closed the connection/),
  );
});
