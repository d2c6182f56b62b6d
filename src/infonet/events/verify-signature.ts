import { verify } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../json/json-value.ts';
import { EventRefused, type InfonetEvent, signedText, type UnsignedEvent } from './infonet-event.ts';
import type { NodeKey } from './public-keys.ts';

/** Fields of a gate message that no signature covers: whoever passed it on may have added or changed them. */
const NEVER_SIGNED = ['gate_envelope', 'signed_context'];
/** Fields that some signatures of gate messages leave out, in the order in which the reference tries it. */
const PERHAPS_UNSIGNED = [['reply_to'], ['epoch'], ['epoch', 'reply_to']];

/** The part of a payload that its author signs, as canonical JSON. */
export function signedPayload({ type, payload, payloadText }: UnsignedEvent): string {
  return type === 'gate_message' ? textWithout(payload, NEVER_SIGNED) : payloadText;
}

/**
 * Verifies the signature of an event whose payload has its normal form.
 *
 * @returns the fields of the payload that the signature does not cover, which are nobody's word
 * @throws EventRefused
 */
export function verifySignature(event: InfonetEvent, { key, digest }: NodeKey): readonly string[] {
  // Lower case only: one signature must not have two spellings. ECDSA signatures are DER, as the reference has them.
  const isHex = event.signature.length % 2 === 0 && /^[0-9a-f]+$/.test(event.signature);
  const signature = Buffer.from(isHex ? event.signature : '', 'hex');
  const matches = (payloadText: string): boolean =>
    verify(digest, Buffer.from(signedText(event, payloadText)), key, signature);
  const { type, payload } = event;
  if (matches(signedPayload(event))) return type === 'gate_message' ? held(payload, NEVER_SIGNED) : [];
  for (const fields of type === 'gate_message' ? PERHAPS_UNSIGNED : []) {
    const unsigned = [...NEVER_SIGNED, ...fields];
    const isCandidate = fields.every((name) => payload.has(name));
    if (isCandidate && matches(textWithout(payload, unsigned))) return held(payload, unsigned);
  }
  throw new EventRefused('it has a signature that does not verify');
}

function held(payload: JsonObject, names: readonly string[]): readonly string[] {
  return names.filter((name) => payload.has(name));
}

function textWithout(payload: JsonObject, names: readonly string[]): string {
  return canonicalJson(new Map([...payload].filter(([name]) => !names.includes(name))));
}
