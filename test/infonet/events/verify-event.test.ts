import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createEventAuthor } from '../../../src/infonet/events/event-author.ts';
import { EVENT_TYPES } from '../../../src/infonet/events/event-types.ts';
import {
  EventRefused,
  eventHash,
  eventText,
  readEvent,
  signedText,
} from '../../../src/infonet/events/infonet-event.ts';
import { IngestState } from '../../../src/infonet/events/ingest-state.ts';
import { PublicKeys } from '../../../src/infonet/events/public-keys.ts';
import { type ChainPlace, sequenceKey, verifyEvent } from '../../../src/infonet/events/verify-event.ts';
import {
  isJsonObject,
  JsonNumber,
  type JsonObject,
  type JsonValue,
} from '../../../src/infonet/json/json-value.ts';
import { readJson } from '../../../src/infonet/json/read-json.ts';
import { GENESIS_HASH } from '../../../src/infonet/protocol.ts';
import { fc } from '../../support/property.ts';
import { eventsOf, exchanges, recordedEvents } from '../recorded-exchanges.ts';

const keys = new PublicKeys();
const check = (value: JsonValue, place: ChainPlace): void => verifyEvent(readEvent(value), place, keys);
/** A chain that has only what is said. */
const at = (head: string, lastSequence = 0): ChainPlace => ({
  head,
  lastSequence,
  state: new IngestState(),
  now: 1_700_000_000,
});
const textOf = (event: JsonObject, field: string): string => String(event.get(field));
/** The place where an event fits, by what it says of itself. */
const placeOf = (event: JsonObject): ChainPlace => at(textOf(event, 'prev_hash'));
const changed = (event: JsonObject, field: string, value: JsonValue): JsonObject =>
  new Map([...event, [field, value]]);

test('every recorded event verifies, and is the same event after it was written and read again', () => {
  const all = exchanges.flatMap(({ name }) => {
    try {
      return eventsOf(name);
    } catch {
      return [];
    }
  });
  expect(all.length).toBe(466);
  for (const event of all) {
    check(event, placeOf(event));
    const again = readJson(Buffer.from(eventText(readEvent(event))));
    expect(readEvent(again)).toEqual(readEvent(event));
  }
});

/** Another value for a field: nearly the same, of another type, or any. */
function mutation(value: JsonValue | undefined): fc.Arbitrary<JsonValue | undefined> {
  const others = fc.constantFrom<(JsonValue | undefined)[]>(
    undefined,
    null,
    true,
    '',
    [],
    new Map(),
    new JsonNumber('0'),
  );
  if (value instanceof JsonNumber) {
    const { text } = value;
    const near = [`${text}0`, `-${text}`, `${text}e0`, `${text}.0`, String(Number(text) + 1), `0${text}`];
    return fc.oneof(
      others,
      fc.constant(text),
      fc.constantFrom(...near).map((one) => new JsonNumber(one)),
    );
  }
  if (typeof value === 'string') {
    const at = fc.nat(Math.max(0, value.length - 1));
    return fc.oneof(
      others,
      fc.string({ unit: 'grapheme' }),
      fc
        .tuple(at, fc.constantFrom(...'0123456789abcdefABCDEF+/=:| \u0000é'))
        .map(([index, char]) => value.slice(0, index) + char + value.slice(index + 1)),
      at.map((index) => value.slice(0, index) + value.slice(index + 1)),
      at.map((index) => value.slice(0, index) + (value[index] ?? '') + value.slice(index)),
      fc.constantFrom(value.toUpperCase(), ` ${value}`, `${value}\n`, `${value}=`, value.replace(/=+$/, '')),
    );
  }
  if (isJsonObject(value)) {
    const field = fc.constantFrom(...value.keys());
    const inner = field.chain((name) =>
      mutation(value.get(name)).map((held) => {
        const next = new Map(value);
        if (held === undefined) next.delete(name);
        else next.set(name, held);
        return next;
      }),
    );
    const added = fc
      .tuple(fc.string(), others)
      .map(([name, held]) => new Map([...value, [name, held ?? null]]));
    return fc.oneof(others, inner, added);
  }
  return fc.oneof(others, fc.boolean());
}

test('every change of a single field of a recorded event is refused', () => {
  const change = fc
    .constantFrom(...recordedEvents)
    .chain((event) => fc.tuple(fc.constant(event), fc.constantFrom(...event.keys())))
    .chain(([event, field]) => fc.tuple(fc.constant(event), fc.constant(field), mutation(event.get(field))));
  fc.assert(
    fc.property(change, ([event, field, value]) => {
      const mutated = new Map(event);
      if (value === undefined) mutated.delete(field);
      else mutated.set(field, value);
      let same = false;
      try {
        same = eventText(readEvent(mutated)) === eventText(readEvent(event));
      } catch {
        same = false;
      }
      // Neither hashed nor signed: its other names are the same algorithm.
      fc.pre(!same && !(field === 'public_key_algo' && /^\s*(ed25519|eddsa)\s*$/i.test(String(value))));
      expect(() => check(mutated, placeOf(event))).toThrow(EventRefused);
    }),
  );
});

test('every single bit of the signature and of the public key counts', () => {
  const [event = new Map<string, JsonValue>()] = recordedEvents;
  const flipped = (text: string, encoding: 'hex' | 'base64', bit: number): string => {
    const bytes = Buffer.from(text, encoding);
    bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    return bytes.toString(encoding);
  };
  for (let bit = 0; bit < 512; bit += 1) {
    const signature = flipped(textOf(event, 'signature'), 'hex', bit);
    expect(() => check(changed(event, 'signature', signature), placeOf(event))).toThrow('does not verify');
  }
  for (let bit = 0; bit < 256; bit += 1) {
    const publicKey = flipped(textOf(event, 'public_key'), 'base64', bit);
    expect(() => check(changed(event, 'public_key', publicKey), placeOf(event))).toThrow(EventRefused);
  }
});

test('base64 with other bits behind the last byte is another spelling of the same key, and refused', () => {
  const [event = new Map<string, JsonValue>()] = recordedEvents;
  const other = textOf(event, 'public_key').replace(/Y=$/, 'Z=');
  expect(Buffer.from(other, 'base64')).toEqual(Buffer.from(textOf(event, 'public_key'), 'base64'));
  expect(() => check(changed(event, 'public_key', other), placeOf(event))).toThrow('no base64');
});

describe('an event of our own making', () => {
  const first = {
    head: '',
    sequence: 1,
    timestamp: 1_700_000_000.5,
    type: 'gate_create',
    payload: { gate_id: 'g', display_name: 'né', rules: { n: 5.25, deep: [{ é: '😀' }] } },
  } as const;
  const start: ChainPlace = at(GENESIS_HASH);

  test.each(['Ed25519', 'ECDSA_P256'] as const)('verifies, signed with %s', (algo) => {
    check(createEventAuthor(algo).write(first), start);
  });

  test('verifies with a compressed P-256 point, whose node is another one', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-65);
    const raw = Buffer.concat([Buffer.from([2 + (point.readUInt8(64) & 1)]), point.subarray(1, 33)]);
    const nodeId = `!sb_${createHash('sha256').update(raw).digest('hex').slice(0, 32)}`;
    const payload = '{"display_name":"","gate_id":"","rules":{"a":5.0}}';
    const id = createHash('sha256')
      .update(`${GENESIS_HASH}:gate_create:${nodeId}:${payload}:5.0:1:sb-testnet-0`)
      .digest('hex');
    const signed = Buffer.from(`infonet/2|sb-testnet-0|gate_create|${nodeId}|1|${payload}`);
    const fields = {
      event_id: id,
      prev_hash: GENESIS_HASH,
      event_type: 'gate_create',
      node_id: nodeId,
      signature: sign('sha256', signed, privateKey).toString('hex'),
      network_id: 'sb-testnet-0',
      public_key: raw.toString('base64'),
      public_key_algo: 'ECDSA_P256',
      protocol_version: 'infonet/2',
    };
    const text = `${JSON.stringify(fields).slice(0, -1)},"sequence":1,"timestamp":5.0,"payload":${payload.replaceAll(',', ' , ')}}`;
    check(readJson(Buffer.from(text)), start);
    const respelled = readJson(Buffer.from(text.replaceAll('5.0', '5')));
    expect(() => check(respelled, start)).toThrow('does not verify');
    const raw64 = sign('sha256', signed, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('hex');
    const otherForm = changed(new Map(Object.entries(fields)), 'signature', raw64);
    const complete = new Map([
      ...otherForm,
      ['sequence', new JsonNumber('1')],
      ['timestamp', new JsonNumber('5.0')],
      ['payload', readJson(Buffer.from(payload))],
    ] as const);
    expect(() => check(complete, start)).toThrow('does not verify');
  });

  test('is refused if its sequence is not above the last of its node', () => {
    const event = createEventAuthor().write({ ...first, sequence: 7 });
    check(event, at(GENESIS_HASH, 6));
    expect(() => check(event, at(GENESIS_HASH, 7))).toThrow('has sequence 7; its node was at 7');
  });

  test('cannot be written in the name of another node, even with an id and a signature that fit', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const other = {
      ...readEvent(createEventAuthor().write(first)),
      publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64'),
    };
    const signature = sign(null, Buffer.from(signedText(other)), privateKey).toString('hex');
    const forged = { ...other, signature, id: eventHash(other) };
    expect(() => verifyEvent(forged, start, keys)).toThrow('a node id that is not of its public key');
  });

  test('counts public and private events apart', () => {
    const { nodeId } = createEventAuthor();
    const keysOf = EVENT_TYPES.map((type) => sequenceKey({ nodeId, type }));
    expect(new Set(keysOf)).toEqual(new Set([nodeId, `${nodeId}|gate_message`, `${nodeId}|dm_message`]));
  });

  test.each([undefined, null, ''])('is of our protocol if it names none (%j)', (version) => {
    const event = createEventAuthor().write(first);
    if (!isJsonObject(event)) throw new Error('no object');
    const without = new Map(event);
    if (version === undefined) without.delete('protocol_version');
    else without.set('protocol_version', version);
    check(without, start);
    expect(eventText(readEvent(without))).toBe(eventText(readEvent(event)));
  });
});

test.each([
  ['AAAA', 'Ed25519', 'no key of Ed25519'],
  [Buffer.alloc(32).toString('base64'), 'ECDSA_P256', 'no key of P-256'],
  [Buffer.alloc(65, 4).toString('base64'), 'ECDSA_P256', 'no point of P-256'],
  [Buffer.concat([Buffer.from([2]), Buffer.alloc(32, 255)]).toString('base64'), 'ECDSA_P256', 'no point'],
  [Buffer.alloc(32).toString('base64url'), 'Ed25519', 'no base64'],
  [Buffer.alloc(32).toString('base64'), 'RSA', 'public_key_algo'],
  [Buffer.alloc(32).toString('base64'), '__proto__', 'public_key_algo'],
])('the public key %s of %s is refused: %s', (publicKey, algo, reason) => {
  expect(() => new PublicKeys().read(publicKey, algo)).toThrow(reason);
});

test.each([
  ['Ed25519', ['Ed25519', ' ed25519\n', 'EDDSA', 'eddsa']],
  ['ECDSA_P256', ['ECDSA', 'ECDSA_P256', 'P-256', 'p256', '\u001fecdsa ']],
] as const)('a key of %s goes by the names %j', (algo, names) => {
  const { publicKey } = readEvent(
    createEventAuthor(algo).write({ head: '', sequence: 1, timestamp: 1, payload: {} }),
  );
  const nodes = names.map((name) => keys.read(publicKey, name).nodeId);
  expect(new Set(nodes).size).toBe(1);
});

test('public keys are remembered, the ones last used, and no more of them than said', () => {
  const few = new PublicKeys(2);
  const [a = '', b = '', c = ''] = recordedEvents
    .map((event) => textOf(event, 'public_key'))
    .filter((key, index, all) => all.indexOf(key) === index);
  const first = few.read(a, 'Ed25519');
  few.read(b, 'Ed25519');
  expect(few.read(a, 'Ed25519')).toBe(first);
  few.read(c, 'Ed25519');
  expect(few.read(a, 'Ed25519')).toBe(first);
  const second = few.read(b, 'Ed25519');
  few.read(c, 'Ed25519');
  few.read(a, 'Ed25519');
  expect(few.read(b, 'Ed25519')).not.toBe(second);
});
