import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { createEventAuthor } from '../../../src/infonet/events/event-author.ts';
import {
  eventHash,
  type InfonetEvent,
  readEvent,
  signedText,
} from '../../../src/infonet/events/infonet-event.ts';
import { PublicKeys } from '../../../src/infonet/events/public-keys.ts';
import { verifySignature } from '../../../src/infonet/events/verify-signature.ts';
import { canonicalJson, JsonNumber, type JsonObject } from '../../../src/infonet/json/json-value.ts';
import { gatePayload } from '../payloads.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const gate = (more: object): InfonetEvent =>
  readEvent(
    createEventAuthor(privateKey).write({
      head: '',
      sequence: 1,
      timestamp: 5,
      type: 'gate_message',
      payload: gatePayload({ ...more }),
    }),
  );
const full = gate({ epoch: 3, reply_to: 'parent', gate_envelope: 'e' }).payload;

/** An event with this payload, signed over another. */
function signedOver(payload: JsonObject, signed: JsonObject): InfonetEvent {
  const event = gate({});
  const changed = { ...event, payload, payloadText: canonicalJson(payload) };
  const signature = sign(null, Buffer.from(signedText(changed, canonicalJson(signed))), privateKey);
  return { ...changed, signature: signature.toString('hex'), id: eventHash(changed) };
}

const without = (payload: JsonObject, ...names: string[]): JsonObject =>
  new Map([...payload].filter(([name]) => !names.includes(name)));
const unsignedOf = (payload: JsonObject, signed: JsonObject): readonly string[] => {
  const event = signedOver(payload, signed);
  return verifySignature(event, new PublicKeys().read(event.publicKey, event.publicKeyAlgo));
};

test.each([
  [['gate_envelope']],
  [['gate_envelope', 'reply_to']],
  [['gate_envelope', 'epoch']],
  [['gate_envelope', 'epoch', 'reply_to']],
])('a gate message may be signed without %j, which is then nobody’s word', (unsigned) => {
  expect(new Set(unsignedOf(full, without(full, ...unsigned)))).toEqual(new Set(unsigned));
});

test.each([
  ['its envelope', full, full],
  ['less than that', full, without(full, 'gate_envelope', 'transport_lock')],
  ['a field that is no more there', without(full, 'reply_to'), without(full, 'gate_envelope')],
  ['another epoch', full, new Map([...without(full, 'gate_envelope'), ['epoch', new JsonNumber('4')]])],
])('a gate message signed over %s is refused', (_, payload, signed) => {
  expect(() => unsignedOf(payload, signed)).toThrow('does not verify');
});
