import { expect, onTestFinished, test } from 'vitest';
import { createMemoryChain } from '../../../src/infonet/chain/chain-store.ts';
import { createEventAuthor } from '../../../src/infonet/events/event-author.ts';
import { createGateStore } from '../../../src/infonet/hydration/gate-store.ts';
import { createMailbox } from '../../../src/infonet/hydration/mailbox.ts';
import { readJson } from '../../../src/infonet/json/read-json.ts';
import { GENESIS_HASH } from '../../../src/infonet/protocol.ts';
import { createInfonetSync } from '../../../src/infonet/pull/infonet-sync.ts';
import { createInfonetPeer } from '../../../src/infonet/serve/infonet-peer.ts';
import { runOnce } from '../one-run.ts';
import { directPayload, gatePayload } from '../payloads.ts';

const START = 1_700_000_000;
const box = { deliveryClass: 'request', key: 'recipient-1' } as const;

test('a sync function with receivers hands on what the chain has before it asks, and what it pulls', async () => {
  const source = createMemoryChain();
  const direct = await createEventAuthor().appendDirectMessage(source, directPayload(), START);
  const chain = createMemoryChain();
  const { events } = await source.page([GENESIS_HASH], { limit: 1, publicOnly: false });
  await chain.ingest(events.map((text) => readJson(Buffer.from(text))));
  const gate = await createEventAuthor().appendGateMessage(source, gatePayload(), START);
  const peer = await createInfonetPeer({ chain: source, private: true });
  onTestFinished(() => peer.close());

  const mailbox = createMailbox();
  const gateStore = createGateStore();
  const errors: unknown[] = [];
  const sync = createInfonetSync({
    chain,
    hydrate: { mailbox, gateStore, onError: (error) => errors.push(error) },
  });
  await peer.close();
  await runOnce(sync, [peer.url]);
  expect((await mailbox.claim(box)).map(({ eventId }) => eventId)).toEqual([direct]);
  expect(await gateStore.messages('ops')).toEqual([]);

  const again = await createInfonetPeer({ chain: source, private: true });
  onTestFinished(() => again.close());
  expect((await runOnce(sync, [again.url])).state.lastError).toBe('');
  expect((await gateStore.messages('ops')).map(({ eventId }) => eventId)).toEqual([gate]);
  expect([await mailbox.poll(box), errors]).toEqual([[], []]);
});
