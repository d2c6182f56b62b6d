import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type ChainStore, createMemoryChain, openDiskChain } from '../../../src/infonet/chain/chain-store.ts';
import {
  createEventAuthor,
  type EventAuthor,
  type NewPayload,
} from '../../../src/infonet/events/event-author.ts';
import type { EventType } from '../../../src/infonet/events/event-types.ts';
import { isJsonObject, type JsonObject } from '../../../src/infonet/json/json-value.ts';
import { directPayload, VALID_PAYLOADS } from '../payloads.ts';

const START = 1_700_000_000;
const folder = await mkdtemp(join(tmpdir(), 'ingest-state-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

let clock = START;
const now = (): number => clock;
let made = 0;

/** What the chain says to a new event of an author; undefined if it takes it. */
async function add(
  chain: ChainStore,
  author: EventAuthor,
  type: EventType,
  payload: NewPayload = VALID_PAYLOADS[type],
  timestamp: number = clock,
): Promise<string | undefined> {
  const sequence = (await chain.lastSequence(author.nodeId, type)) + 1;
  const event = author.write({ head: chain.head(), sequence, timestamp, payload, type });
  return (await chain.ingest([event])).refused;
}

const revoke = (revokedAt: number, graceUntil: number): NewPayload => ({
  ...VALID_PAYLOADS.key_revoke,
  revoked_at: revokedAt,
  grace_until: graceUntil,
});

/** The same chain as it is after the process ended: what it knew is gone but for the events. */
const kinds: readonly (readonly [string, (chain?: ChainStore) => Promise<ChainStore>])[] = [
  ['that stays open', async (chain) => chain ?? createMemoryChain({ now })],
  [
    'that is opened again before each event',
    async (chain) => {
      await chain?.close();
      if (chain === undefined) made += 1;
      return openDiskChain(join(folder, String(made)), { now });
    },
  ],
];

describe.each(kinds)('a chain %s', (_, reopened) => {
  test('takes what a revoked key wrote up to the end of its grace, and only key_revoke after it', async () => {
    clock = START + 1_000_000;
    const [author, other] = [createEventAuthor(), createEventAuthor('ECDSA_P256')];
    let chain = await reopened();
    const says = async (type: EventType, timestamp: number, payload?: NewPayload, who = author) => {
      chain = await reopened(chain);
      return add(chain, who, type, payload, timestamp);
    };
    expect(await says('message', START)).toBeUndefined();
    expect(await says('key_revoke', START + 10, revoke(START + 10, START + 100))).toBeUndefined();
    // Not by the reader's clock, which is far beyond: the chain can be pulled at any time.
    expect(await says('message', START + 100)).toBeUndefined();
    expect(await says('gate_message', START + 100.5)).toContain(
      `it is of time ${START + 100.5}, and its key was revoked with grace until ${START + 100}`,
    );
    expect(await says('key_rotate', START + 101)).toContain('its key was revoked');
    expect(await says('message', START + 101, undefined, other)).toBeUndefined();
    // An older one changes nothing, one of the same time counts, a newer one revives the key.
    expect(await says('key_revoke', START + 200, revoke(START + 5, START + 900))).toBeUndefined();
    expect(await says('message', START + 150)).toContain('its key was revoked');
    expect(await says('key_revoke', START + 200, revoke(START + 10, START + 160))).toBeUndefined();
    expect(await says('message', START + 150)).toBeUndefined();
    expect(await says('key_revoke', START + 300, revoke(START + 300, START + 400))).toBeUndefined();
    expect(await says('message', START + 400)).toBeUndefined();
    await chain.close();
  });

  test('has room for one message of a sender in a mailbox, and for two in all, for an hour', async () => {
    clock = START;
    const [a, b, c] = [createEventAuthor(), createEventAuthor(), createEventAuthor()];
    let chain = await reopened();
    const says = async (who: EventAuthor, more: NewPayload) => {
      chain = await reopened(chain);
      return add(chain, who, 'dm_message', directPayload({ timestamp: Math.floor(clock), ...more }));
    };
    expect(await says(a, {})).toBeUndefined();
    expect(await says(a, { recipient_id: ' recipient-1 ' })).toContain(
      'its sender has 1 message in this mailbox',
    );
    expect(await says(a, { delivery_class: 'shared', recipient_token: 't' })).toBeUndefined();
    expect(await says(a, { recipient_id: 'recipient-2', timestamp: 0 })).toBeUndefined();
    expect(await says(b, {})).toBeUndefined();
    expect(await says(c, {})).toContain('its mailbox holds 2 messages');
    // A mailbox without a key has no limits.
    for (let times = 0; times < 4; times += 1) expect(await says(a, { recipient_id: ' ' })).toBeUndefined();
    clock = START + 3_600;
    expect(await says(c, {})).toContain('its mailbox holds 2 messages');
    clock = START + 3_600.5;
    expect(await says(c, { timestamp: START + 10_000 })).toBeUndefined();
    expect(await says(a, { recipient_id: 'recipient-2' })).toContain('its sender has 1 message');
    clock = START + 13_600;
    expect(await says(c, {})).toContain('its sender has 1 message');
    clock = START + 13_601;
    expect(await says(c, {})).toBeUndefined();
    await chain.close();
  });

  test('counts sequences of public events, gate messages and direct messages apart', async () => {
    clock = START;
    const author = createEventAuthor();
    let chain = await reopened();
    const at = async (type: EventType, sequence: number) => {
      chain = await reopened(chain);
      const payload =
        type === 'dm_message' ? directPayload({ recipient_id: `r${sequence}` }) : VALID_PAYLOADS[type];
      const event = author.write({ head: chain.head(), sequence, timestamp: clock, type, payload });
      return (await chain.ingest([event])).accepted;
    };
    for (const type of ['message', 'gate_message', 'dm_message'] as const) expect(await at(type, 7)).toBe(1);
    for (const type of ['stake', 'gate_message', 'dm_message'] as const) expect(await at(type, 7)).toBe(0);
    for (const type of ['stake', 'gate_message', 'dm_message'] as const) expect(await at(type, 9)).toBe(1);
    await chain.close();
  });
});

test('messages of one page count as well, and those of a page that was not written do not', async () => {
  clock = START;
  const author = createEventAuthor();
  const page = (...payloads: NewPayload[]): JsonObject[] => {
    const events: JsonObject[] = [];
    for (const [at, payload] of payloads.entries()) {
      const head = String(events.at(-1)?.get('event_id') ?? '');
      const event = author.write({ head, sequence: at + 1, timestamp: clock, type: 'dm_message', payload });
      if (isJsonObject(event)) events.push(event);
    }
    return events;
  };
  const direct = directPayload({ timestamp: clock });
  const chain = createMemoryChain({ now });
  const twice = await chain.ingest(page(direct, { ...direct, msg_id: 'dm-2' }));
  expect(twice).toMatchObject({ accepted: 1, refused: expect.stringContaining('its sender has 1 message') });
  await chain.reset();
  const aborted = chain.ingest(page(direct), { signal: AbortSignal.abort(new Error('given up')) });
  await expect(aborted).rejects.toThrow('given up');
  expect(await chain.ingest(page(direct))).toMatchObject({ accepted: 1, refused: undefined });
});
