import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { afterEach, expect, test } from 'vitest';
import { createMemoryChain } from '../../../src/infonet/chain/chain-store.ts';
import { createInfonetSync, type InfonetSync } from '../../../src/infonet/pull/infonet-sync.ts';
import { runOnce } from '../one-run.ts';
import { exchange, RECORDED_HEAD } from '../recorded-exchanges.ts';

/** Made for this test: a certificate for `localhost`, signed by itself, until 2126. */
const read = (name: string): string =>
  readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
const cert = read('self-signed-cert.pem');

const open: (() => unknown)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** Answers with the last page recorded, which has no events: enough to be a peer. */
async function startHttps(): Promise<number> {
  const server = createServer({ cert, key: read('self-signed-key.pem') }, (request, response) => {
    request.resume();
    response.end(exchange('page-3').response.body);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  open.push(() => server.close().closeAllConnections());
  const address = server.address();
  return address === null || typeof address === 'string' ? 0 : address.port;
}

const errorOf = async (sync: InfonetSync, url: string): Promise<string> =>
  (await runOnce(sync, [url])).state.lastError;

test('a certificate nobody vouches for is refused', async () => {
  const sync = createInfonetSync({ chain: createMemoryChain() });
  expect(await errorOf(sync, `https://localhost:${await startHttps()}`)).toMatch(/self.signed certificate/);
});

test('a certificate the operator vouches for is taken, for the name it is made out to and no other', async () => {
  const sync = createInfonetSync({ chain: createMemoryChain(), ca: cert });
  const port = await startHttps();
  const level = await errorOf(sync, `https://localhost:${port}`);
  expect(level).toBe(`nothing new, though the peer's head ${RECORDED_HEAD.slice(0, 8)}… is not ours`);
  expect(await errorOf(sync, `https://node.localhost:${port}`)).toMatch(/altnames|ENOTFOUND|EAI_AGAIN/);
});

test('the switch that turns verification off for a whole process does not turn it off here', async () => {
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  try {
    const sync = createInfonetSync({ chain: createMemoryChain() });
    expect(await errorOf(sync, `https://localhost:${await startHttps()}`)).toMatch(/self.signed certificate/);
  } finally {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
  }
});
