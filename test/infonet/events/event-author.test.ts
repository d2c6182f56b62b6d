import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type ChainStore, createMemoryChain } from '../../../src/infonet/chain/chain-store.ts';
import { createEventAuthor, type NewPayload } from '../../../src/infonet/events/event-author.ts';
import { EVENT_TYPES } from '../../../src/infonet/events/event-types.ts';
import { EventRefused, eventText, readEvent } from '../../../src/infonet/events/infonet-event.ts';
import { canonicalJson, type JsonObject, type JsonValue } from '../../../src/infonet/json/json-value.ts';
import { GENESIS_HASH } from '../../../src/infonet/protocol.ts';
import { fc } from '../../support/property.ts';
import { directPayload, gatePayload, sealed, VALID_PAYLOADS } from '../payloads.ts';
import { parsed } from '../recorded-private.ts';

const NOW = 1_700_000_000.25;
const now = () => NOW;
const first = { head: '', sequence: 1, timestamp: NOW };
const payloadOf = (event: JsonValue): JsonObject => readEvent(event).payload;
const served = async (chain: ChainStore): Promise<JsonObject[]> =>
  (await chain.page([GENESIS_HASH], { limit: 500, publicOnly: false })).events.map(parsed);

test.each(EVENT_TYPES)('a %s it writes is taken, with either algorithm', async (type) => {
  for (const algo of ['Ed25519', 'ECDSA_P256'] as const) {
    const event = createEventAuthor(algo).write({ ...first, type, payload: VALID_PAYLOADS[type] });
    expect(await createMemoryChain({ now }).ingest([event])).toMatchObject({
      accepted: 1,
      refused: undefined,
    });
  }
});

test('numbers are written as Python spells them, whole ones without a fraction', () => {
  const write = (timestamp: number, rules: NewPayload): string =>
    eventText(
      readEvent(
        createEventAuthor().write({
          ...first,
          timestamp,
          type: 'gate_create',
          payload: { ...VALID_PAYLOADS.gate_create, rules },
        }),
      ),
    );
  const text = write(1e21, { a: 1e-7, b: 1e21, c: 5, d: -0, e: 1.5e-5, f: 1e300 });
  expect(text).toContain(
    `"rules":{"a":1e-07,"b":1000000000000000000000,"c":5,"d":0,"e":1.5e-05,"f":${BigInt(1e300)}}`,
  );
  expect(text).toContain('"timestamp":1000000000000000000000,');
});

test('whatever it agrees to write is taken, whatever the numbers', async () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  await fc.assert(
    fc.asyncProperty(number, number, fc.jsonValue(), async (timestamp, amount, rule) => {
      const author = createEventAuthor();
      const events = [
        { type: 'prediction', payload: { ...VALID_PAYLOADS.prediction, stake_amount: amount } },
        { type: 'gate_create', payload: { ...VALID_PAYLOADS.gate_create, rules: { rule } } },
      ] as const;
      for (const { type, payload } of events) {
        let event: JsonValue;
        try {
          event = author.write({ ...first, timestamp, type, payload });
        } catch (error) {
          expect(error).toBeInstanceOf(EventRefused);
          continue;
        }
        expect(await createMemoryChain({ now }).ingest([event])).toMatchObject({ accepted: 1 });
      }
    }),
    { numRuns: 200 },
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, 0])('the time %s is refused', (timestamp) => {
  expect(() => createEventAuthor().write({ ...first, timestamp, payload: {} })).toThrow(EventRefused);
});

test('what has a usual value may be left out', () => {
  const event = createEventAuthor().write({ ...first, payload: { message: 'hello' } });
  expect(canonicalJson(payloadOf(event))).toBe(
    '{"channel":"LongFast","destination":"","ephemeral":false,"message":"hello","priority":"normal"}',
  );
});

test('it goes on with a key it is given', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const chain = createMemoryChain({ now });
  for (const gate of ['a', 'b']) {
    await createEventAuthor(privateKey).appendGateMessage(chain, gatePayload({ gate }), NOW);
  }
  expect((await served(chain)).map((event) => readEvent(event).sequence)).toEqual([1, 2]);
});

test.each([
  generateKeyPairSync('ed25519').publicKey,
  generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
  generateKeyPairSync('x25519').privateKey,
])('a key that signs no events is refused', (key) => {
  expect(() => createEventAuthor(key)).toThrow('allowed is a private key, Ed25519 or P-256');
});

describe('private messages', () => {
  test('are appended behind the head, each kind in its own sequence, with the strong lock', async () => {
    const chain = createMemoryChain({ now });
    const author = createEventAuthor();
    await chain.ingest([author.write({ ...first, sequence: 41, payload: {} })]);
    const { transport_lock: _, format: _format, ...gate } = gatePayload({ gate_envelope: 'envelope' });
    const { transport_lock: _lock, timestamp: _time, ...direct } = directPayload();
    const ids = [
      await author.appendGateMessage(chain, gate, NOW),
      await author.appendDirectMessage(chain, direct, NOW),
      await author.appendGateMessage(chain, gatePayload({ gate: 'other' }), NOW),
    ];
    const events = (await served(chain)).slice(1).map(readEvent);
    expect(events.map(({ id }) => id)).toEqual(ids);
    expect(events.map(({ type, sequence }) => [type, sequence])).toEqual([
      ['gate_message', 1],
      ['dm_message', 1],
      ['gate_message', 2],
    ]);
    const hash = createHash('sha256').update('envelope').digest('hex');
    expect(events[0]?.payload.get('envelope_hash')).toBe(hash);
    expect(events[0]?.payload.get('transport_lock')).toBe('private_strong');
    expect(canonicalJson(events[1]?.payload ?? new Map())).toContain('"timestamp":1700000000,');
  });

  test('are written anew if somebody else was faster', async () => {
    const chain = createMemoryChain({ now });
    const authors = Array.from({ length: 6 }, () => createEventAuthor());
    const ids = await Promise.all(
      authors.map((author, at) => author.appendGateMessage(chain, gatePayload({ gate: `gate ${at}` }), NOW)),
    );
    expect(new Set(ids).size).toBe(6);
    expect(chain.count()).toBe(6);
  });

  const plain = 'Meet me at noon behind the mill, and come alone';
  test.each<[string, 'appendGateMessage' | 'appendDirectMessage', NewPayload]>([
    ['a plaintext field', 'appendGateMessage', gatePayload({ message: plain })],
    ['a local plaintext', 'appendGateMessage', gatePayload({ _local_plaintext: plain })],
    ['a text that is not sealed', 'appendGateMessage', gatePayload({ ciphertext: plain })],
    [
      'encoded plaintext',
      'appendGateMessage',
      gatePayload({ ciphertext: Buffer.from(plain).toString('base64') }),
    ],
    ['another lock', 'appendGateMessage', gatePayload({ transport_lock: 'onion' })],
    [
      'a hash of another envelope',
      'appendGateMessage',
      gatePayload({ gate_envelope: plain, envelope_hash: 'ab' }),
    ],
    ['a plaintext field', 'appendDirectMessage', directPayload({ plaintext: plain })],
    ['a text that is not sealed', 'appendDirectMessage', directPayload({ ciphertext: plain })],
    ['a nonce', 'appendDirectMessage', directPayload({ nonce: sealed(12) })],
    ['no recipient', 'appendDirectMessage', { ...directPayload(), recipient_id: plain.split(' ') }],
  ])('with %s are refused before anything touches the chain (%s)', async (_, append, message) => {
    const untouched: ChainStore = {
      ...createMemoryChain({ now }),
      ingest: () => Promise.reject(new Error('touched')),
    };
    const refused = createEventAuthor()[append](untouched, message, NOW);
    await expect(refused).rejects.toThrow(EventRefused);
    await expect(refused).rejects.not.toThrow(/noon|mill|TWVldC|touched/);
  });

  test('are refused with the reason of the chain, such as a full mailbox', async () => {
    const chain = createMemoryChain({ now });
    const author = createEventAuthor();
    await author.appendDirectMessage(chain, directPayload(), NOW);
    await expect(author.appendDirectMessage(chain, directPayload({ msg_id: 'dm-2' }), NOW)).rejects.toThrow(
      'its sender has 1 message in this mailbox',
    );
    expect(chain.count()).toBe(1);
  });
});
