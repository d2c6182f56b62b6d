import { afterEach, expect, test } from 'vitest';
import { type ChainStore, createMemoryChain } from '../../src/infonet/chain/chain-store.ts';
import { createEventAuthor } from '../../src/infonet/events/event-author.ts';
import { createInfonetSync } from '../../src/infonet/pull/infonet-sync.ts';
import { createInfonetPeer } from '../../src/infonet/serve/infonet-peer.ts';
import { runOnce } from './one-run.ts';
import { recordedEvents } from './recorded-exchanges.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Node {
  readonly chain: ChainStore;
  readonly url: string;
  write(): Promise<void>;
}

async function startNode(events: number): Promise<Node> {
  const chain = createMemoryChain();
  await chain.ingest(recordedEvents.slice(0, events));
  const peer = await createInfonetPeer({ chain });
  open.push(peer.close);
  const author = createEventAuthor('ECDSA_P256');
  let sequence = 0;
  return {
    chain,
    url: peer.url,
    write: async () => {
      sequence += 1;
      const event = {
        head: chain.head(),
        sequence,
        timestamp: sequence / 4,
        payload: { message: `né 🚀 ${sequence}` },
      };
      const { accepted } = await chain.ingest([author.write(event)]);
      expect(accepted).toBe(1);
    },
  };
}

test('two nodes pull from each other until their heads agree, while a third serves a fork', async () => {
  const [a, b, forked] = [await startNode(40), await startNode(220), await startNode(0)];
  for (let event = 0; event < 30; event += 1) await forked.write();
  const forkedHead = forked.chain.head();
  const pull = (node: Node, other: Node) =>
    runOnce(createInfonetSync({ chain: node.chain, pageLimit: 50 }), [forked.url, other.url]);

  for (let round = 0; round < 4; round += 1) {
    // Whoever has the longest chain writes next, and the other one follows.
    const [behind, ahead] = round % 2 === 0 ? [a, b] : [b, a];
    for (let event = 0; event < 60; event += 1) await ahead.write();
    // The fork ends a run; what is on it comes into nobody's chain.
    expect((await pull(behind, ahead)).state.lastOutcome).toBe('fork');
    for (let run = 0; run < 3 && behind.chain.head() !== ahead.chain.head(); run += 1) {
      await runOnce(createInfonetSync({ chain: behind.chain, pageLimit: 50 }), [ahead.url]);
    }
    expect([behind.chain.head(), behind.chain.count()]).toEqual([ahead.chain.head(), ahead.chain.count()]);
  }
  expect(a.chain.count()).toBe(220 + 240);
  expect([forked.chain.count(), forked.chain.head()]).toEqual([30, forkedHead]);
});
