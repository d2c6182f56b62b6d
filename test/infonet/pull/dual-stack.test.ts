import { once } from 'node:events';
import { connect, type LookupFunction, type TcpNetConnectOpts } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { createMemoryChain } from '../../../src/infonet/chain/chain-store.ts';
import { createObservedSync } from '../../../src/infonet/pull/infonet-sync.ts';
import { connectPeer } from '../../../src/infonet/pull/peer-socket.ts';
import { createInfonetPeer } from '../../../src/infonet/serve/infonet-peer.ts';
import { fc } from '../../support/property.ts';
import { runOnce } from '../one-run.ts';
import { RECORDED_HEAD, recordedEvents } from '../recorded-exchanges.ts';

/** A name with these two addresses, the one that is dead first. */
const bothFamilies: LookupFunction = (_, __, callback) =>
  callback(null, [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ]);

/** A peer on IPv4 alone, and its URL by name. */
async function peerOnIpv4(): Promise<URL> {
  const chain = createMemoryChain();
  await chain.ingest(recordedEvents);
  const peer = await createInfonetPeer({ chain });
  onTestFinished(() => peer.close());
  return new URL(peer.url.replace('127.0.0.1', 'localhost'));
}

/** Takes this port of ::1 and accepts no connection; its queue of two is full, so that a further one gets no answer. */
async function silentOnIpv6(port: number): Promise<void> {
  const worker = new Worker(
    `const { parentPort, workerData: port } = require('node:worker_threads');
    require('node:net').createServer().listen({ host: '::1', port, backlog: 1 }, () => {
      parentPort.postMessage('listens');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`,
    { eval: true, workerData: port },
  );
  onTestFinished(async () => void (await worker.terminate()));
  await once(worker, 'message');
  for (let queued = 0; queued < 2; queued += 1) {
    const socket = connect({ host: '::1', port });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
  }
}

test('a peer whose IPv6 address is dead is pulled over IPv4, and each address has a share of the time for a request', async () => {
  const url = await peerOnIpv4();
  const asked: TcpNetConnectOpts[] = [];
  const chain = createMemoryChain();
  const sync = createObservedSync(
    { chain, requestTimeoutMs: 600_000 },
    {
      connect: (options) => {
        asked.push(options);
        return connect({ ...options, lookup: bothFamilies });
      },
    },
  );
  const { state } = await runOnce(sync, [url.origin]);
  expect([state.lastError, chain.head()]).toEqual(['', RECORDED_HEAD]);
  expect(asked).toMatchObject([
    { host: 'localhost', autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 180_000 },
  ]);
});

test('an address that does not answer at all gives way to the next one', async () => {
  const url = await peerOnIpv4();
  await silentOnIpv6(Number(url.port));
  const socket = await connectPeer(url, {
    proxy: undefined,
    ca: undefined,
    // No deadline but this: the second address may take as long as the machine needs.
    addressTimeoutMs: 50,
    signal: new AbortController().signal,
    connect: (options) => connect({ ...options, lookup: bothFamilies }),
  });
  onTestFinished(() => void socket.destroy());
  expect([socket.remoteAddress, socket.autoSelectFamilyAttemptedAddresses]).toEqual([
    '127.0.0.1',
    [`::1:${url.port}`, `127.0.0.1:${url.port}`],
  ]);
});

test('three dead addresses leave time for a fourth', async () => {
  const options: TcpNetConnectOpts[] = [];
  await fc.assert(
    // Node gives no address less than 10 ms.
    fc.asyncProperty(fc.integer({ min: 100, max: 600_000 }), async (requestTimeoutMs) => {
      const sync = createObservedSync(
        { chain: createMemoryChain(), requestTimeoutMs },
        {
          connect: (given) => {
            options.push(given);
            throw new Error('not connected');
          },
        },
      );
      await runOnce(sync, ['http://localhost:9']);
      const share = options.at(-1)?.autoSelectFamilyAttemptTimeout ?? Number.NaN;
      expect(3 * share).toBeLessThan(requestTimeoutMs);
    }),
  );
});
