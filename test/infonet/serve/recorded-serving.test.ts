import { afterEach, expect, test } from 'vitest';
import { createMemoryChain } from '../../../src/infonet/chain/chain-store.ts';
import { canonicalJson } from '../../../src/infonet/json/json-value.ts';
import { createInfonetPeer } from '../../../src/infonet/serve/infonet-peer.ts';
import {
  type PrivateExchange,
  parsed,
  privateExchanges,
  RECORDED_NOW,
  recordedChain,
} from '../recorded-private.ts';

/** Where we answer otherwise, on purpose. */
const departures: Readonly<Record<string, string>> = {
  'vote-redacted': 'a vote is served whole: what is recorded of it matches no id',
  'vote-redacted-to-a-public-caller': 'likewise',
  'after-the-vote': 'its chain has a vote in it, which nobody recorded whole',
  'key-rotate-redacted': 'a key_rotate is served whole',
  'include-proofs': 'no proofs',
  'mixed-forwarded-for-loopback': 'a forwarding header makes a caller public, whatever it says',
  'a-list': '422, where the reference has an error of its own',
  'get-sync': 'no GET',
  'get-sync-after': 'no GET',
  'get-locator': 'no GET',
};

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function ask({ chain: name, request }: PrivateExchange): Promise<Response> {
  const chain = createMemoryChain({ now: () => RECORDED_NOW });
  if (name !== 'empty') await chain.ingest(recordedChain(name));
  const peer = await createInfonetPeer({ chain, private: true });
  open.push(peer.close);
  const { method, path, headers, body } = request;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${peer.url}${path}`, { method, headers, ...(method === 'POST' ? { body: text } : {}) });
}

const same = privateExchanges.filter(({ name }) => !Object.hasOwn(departures, name));

test('all exchanges are there, and each departure is one of them', () => {
  expect(privateExchanges.length).toBe(41);
  expect(same.length).toBe(41 - Object.keys(departures).length);
});

test.each(same.map((exchange) => [exchange.name, exchange] as const))(
  '%s is answered as recorded, value for value and number for number',
  async (_, exchange) => {
    const answer = await ask(exchange);
    expect(answer.status).toBe(exchange.response.status);
    expect(canonicalJson(parsed(await answer.text()))).toBe(canonicalJson(parsed(exchange.response.body)));
  },
);

test.each([
  ['include-proofs', 200, { count: 2 }],
  ['mixed-forwarded-for-loopback', 200, { count: 3 }],
  ['a-list', 422, { ok: false, detail: 'invalid JSON body' }],
  ['get-sync', 405, {}],
  ['get-sync-after', 404, {}],
  ['get-locator', 404, {}],
])('%s is answered in our own way', async (name, status, part) => {
  const exchange = privateExchanges.find((one) => one.name === name);
  if (exchange === undefined) throw new Error(`there is no exchange ${name}`);
  const answer = await ask(exchange);
  expect([answer.status, await answer.json()]).toEqual([status, expect.objectContaining(part)]);
});
