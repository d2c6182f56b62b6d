import { describe, expect, test } from 'vitest';
import { createMemoryChain } from '../../../src/infonet/chain/chain-store.ts';
import { GENESIS_HASH } from '../../../src/infonet/protocol.ts';
import { parsed, RECORDED_NOW, recordedChain, recordedChains, repros } from '../recorded-private.ts';

const now = () => RECORDED_NOW;

describe.each(['all', 'algo-aliases', 'mixed', 'only-private'])('the recorded chain %s', (name) => {
  test('is taken whole, and taken again from what we serve', async () => {
    const chain = createMemoryChain({ now });
    expect(await chain.ingest(recordedChain(name))).toMatchObject({ refused: undefined });
    expect([chain.head(), chain.count()]).toEqual([recordedChains[name]?.head, recordedChains[name]?.count]);
    const page = await chain.page([GENESIS_HASH], { limit: 500, publicOnly: false });
    expect(page.events.map(parsed)).toEqual(recordedChain(name));
    const copy = createMemoryChain({ now });
    expect(await copy.ingest(page.events.map(parsed))).toMatchObject({ refused: undefined });
    expect([copy.head(), copy.count()]).toEqual([chain.head(), chain.count()]);
  });
});

test.each([
  ['vote', 'its peer hides gate, so that it matches its id no more and nobody can pull past it: ask a peer'],
  ['key-rotate', 'its peer hides old_node_id, old_public_key, old_public_key_algo, old_signature, so that'],
])('a served %s is named as the dead end that it is', async (name, reason) => {
  const chain = createMemoryChain({ now });
  const ingested = await chain.ingest(recordedChain(name));
  expect(ingested.accepted).toBe(1);
  expect(ingested.refused).toContain(reason);
});

/** Where we depart from the reference: each is in the table of the README. */
const TAKEN_NEVERTHELESS = ['B7 revoked', 'B9 freshness'];

test.each(repros)('$finding: $name', async ({ finding, prefix, event, reference }) => {
  const chain = createMemoryChain({ now });
  expect(await chain.ingest(prefix.map(parsed))).toMatchObject({ refused: undefined });
  const { accepted, refused } = await chain.ingest([parsed(event)]);
  const isTaken = reference.verdict === 'accepted' || TAKEN_NEVERTHELESS.includes(finding);
  expect({ accepted, refused }).toEqual({
    accepted: isTaken ? 1 : 0,
    refused: isTaken ? undefined : expect.any(String),
  });
});

test('what is not one of the ten types is named as a dead end', async () => {
  const event = new Map([...(recordedChain('mixed')[0] ?? []), ['event_type', 'market_open']] as const);
  const { refused } = await createMemoryChain({ now }).ingest([event]);
  expect(refused).toContain('event_type of an event is "market_open"; allowed is message, vote');
  expect(refused).toContain('no node can pull past it');
});
