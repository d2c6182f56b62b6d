/**
 * All that an embedder uses, in one life: a chain pulled from a peer over a SOCKS proxy and to disk, beside a peer that asks for
 * a Retry-After; the probes, the metrics and the page; a stop, and a start that remembers. Prints `whole worker: ok`.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSyncWorker } from 'infonet-sync-worker';
import { createDiskStorage } from 'infonet-sync-worker/disk';
import {
  createEventAuthor,
  createInfonetPeer,
  createInfonetSync,
  createMemoryChain,
  openDiskChain,
} from 'infonet-sync-worker/infonet';
import { inspectWorker } from 'infonet-sync-worker/inspect';
import { serveOperations } from 'infonet-sync-worker/operations';

const ONION = 'http://7f7xqptjfy7z6j6hj35or7yh3zwtzlzbvpmyff7b7wweprzhey4zbzqd.onion';

const served = createMemoryChain();
const author = createEventAuthor();
for (let sequence = 1; sequence <= 3; sequence += 1) {
  const timestamp = 1_700_000_000 + sequence;
  const payload = { message: String(sequence) };
  await served.ingest([author.write({ head: served.head(), sequence, timestamp, payload })]);
}
const peer = await createInfonetPeer({ chain: served });

let askedBusy = 0;
const busy = createHttpServer((_, response) => {
  askedBusy += 1;
  response.writeHead(429, { 'retry-after': '900' }).end();
});
busy.listen(0, '127.0.0.1');
await once(busy, 'listening');

const tunnelled = [];
const proxy = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => {
    socket.write(Buffer.from([5, 0]));
    socket.once('data', (request) => {
      tunnelled.push(request.subarray(5, 5 + request[4]).toString());
      const onward = connect(Number(new URL(peer.url).port), '127.0.0.1', () => {
        socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
    });
  });
});
proxy.listen(0, '127.0.0.1');
await once(proxy, 'listening');

const folder = await mkdtemp(join(tmpdir(), 'whole-worker-'));
const busyUrl = `http://127.0.0.1:${busy.address().port}`;
const lives = [
  { peers: [busyUrl], outcome: 'error' },
  { peers: [busyUrl, ONION], outcome: 'ok' },
];
for (const { peers, outcome } of lives) {
  const chain = await openDiskChain(join(folder, 'chain'));
  const worker = createSyncWorker({
    sync: createInfonetSync({ chain, socksProxy: `127.0.0.1:${proxy.address().port}` }),
    storage: createDiskStorage(folder),
    peers,
    policy: { failureBackoffSeconds: 1 },
  });
  const operations = await serveOperations({ worker, chain });
  const page = await inspectWorker(worker);
  await worker.start();
  worker.setPeers(peers);
  const ended = worker.waitFor(outcome, { timeout: 60_000 });
  if (outcome === 'ok') worker.requestSync({ force: true });
  const state = await ended;
  if (outcome === 'ok') assert.equal(state.currentHead, served.head());
  else assert.match(state.lastError, /429/);
  assert.equal(askedBusy, 1);
  assert.equal(worker.peers.find(({ peerUrl }) => peerUrl === busyUrl)?.retryAfter?.header, '900');
  assert.match(await (await fetch(`${operations.url}/metrics`)).text(), /sync_worker_build_info\{/);
  assert.equal((await fetch(`${operations.url}/readyz`)).status, 200);
  assert.equal((await fetch(page.url)).status, 200);
  await page.close();
  await operations.close();
  await worker.stop();
  await chain.close();
}
assert.ok(tunnelled.includes(new URL(ONION).hostname), 'the onion peer was asked past the proxy');
await peer.close();
busy.close();
busy.closeAllConnections();
proxy.close();
await rm(folder, { recursive: true });
console.log('whole worker: ok');
