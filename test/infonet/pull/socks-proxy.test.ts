import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { createMemoryChain } from '../../../src/infonet/chain-store.ts';
import { createInfonetSync } from '../../../src/infonet/pull/infonet-sync.ts';
import { connectThroughProxy, readProxyAddress } from '../../../src/infonet/pull/socks-proxy.ts';
import { createInfonetPeer } from '../../../src/infonet/serve/infonet-peer.ts';
import { type OnionProxy, startOnionProxy } from '../../support/onion-proxy.ts';
import { runOnce } from '../one-run.ts';
import { recordedEvents } from '../recorded-exchanges.ts';
import { startScriptedPeer } from '../scripted-peer.ts';

const ONION = `http://${'a'.repeat(56)}.onion`;
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const pull = async (socksProxy: string, peerUrl: string, requestTimeoutMs = 5_000) => {
  const chain = createMemoryChain();
  const { state } = await runOnce(createInfonetSync({ chain, socksProxy, requestTimeoutMs }), [peerUrl]);
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
      expect(state.lastError).toMatch(/Socks5 proxy rejected connection/);
    });

    test('a name that the proxy resolves is reached', async () => {
      // The rest is the same for all names; `localhost` is one that any proxy resolves.
      const peer = await createInfonetPeer({ chain: createMemoryChain() });
      open.push(peer.close);
      const proxy = readProxyAddress(await startMicrosocks());
      const destination = { host: 'localhost', port: Number(new URL(peer.url).port) };
      const socket = await connectThroughProxy(destination, proxy, new AbortController().signal);
      socket.end('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
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
    const { state } = await pull(proxy.address, ONION, 200);
    expect(state.lastError).toBe('no whole answer within 200 ms');
  });

  test('behind a proxy that never answers ends by the time limit', async () => {
    const silent = await startScriptedPeer({ script: () => undefined });
    open.push(silent.close);
    const { state } = await pull(new URL(silent.url).host, ONION, 200);
    expect(state.lastError).toBe('no whole answer within 200 ms');
  });

  test('without a proxy is an error that names the proxy, and no other way is tried', async () => {
    const port = await freePort();
    const { state } = await pull(`127.0.0.1:${port}`, ONION);
    expect(state.lastError).toBe(`the SOCKS proxy at 127.0.0.1:${port} is not there`);
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
