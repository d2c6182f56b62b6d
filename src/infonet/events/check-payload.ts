import { describe } from '../../policy/wire-fields.ts';
import {
  canonicalJson,
  isJsonArray,
  JsonNumber,
  type JsonObject,
  type JsonValue,
} from '../json/json-value.ts';
import { servedShort } from './dead-ends.ts';
import type { EventType } from './event-types.ts';
import { PAYLOAD_FORMS, textOf } from './payload-forms.ts';
import { whyNotSealed } from './sealed-text.ts';

/** Bytes of canonical JSON. */
const MAX_PAYLOAD_BYTES = 4096;

/** Fields that would carry what somebody wrote, or keep for themselves. */
const PLAINTEXT_FIELDS = ['message', 'plaintext', '_local_plaintext', '_local_reply_to'];

/** Types whose payload an error never shows: it may hold a secret that does not belong there. */
const UNSHOWN_TYPES: readonly EventType[] = ['gate_message', 'dm_message', 'key_rotate', 'key_revoke'];

/** Words of the protocol, which say nothing about anybody. */
const SHOWN_WORDS = ['', 'clearnet', 'public', 'private', 'private_strong', 'rns', 'onion', 'mls1', 'dm1'];

/**
 * Why the reference takes no event of this type with this payload, as the rest of a sentence; undefined if it does.
 * Never shows a text of a private or key event.
 */
export function whyPayloadRefused(
  type: EventType,
  payload: JsonObject,
  text: string = canonicalJson(payload),
): string | undefined {
  // First, so that nothing below works on more than so much.
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_PAYLOAD_BYTES) {
    return `its payload has ${bytes} bytes; allowed is at most ${MAX_PAYLOAD_BYTES}`;
  }
  const { required, optional, sealed = [], together } = PAYLOAD_FORMS[type];
  const short = servedShort(type, payload);
  if (short !== undefined) return short;
  for (const [name, value] of payload) {
    if (!Object.hasOwn(required, name) && !Object.hasOwn(optional, name)) return unknownField(type, name);
    const { accepts, allowed } = required[name] ??
      optional[name] ?? { accepts: () => false, allowed: 'none' };
    if (!accepts(value)) return `${name} of its payload is ${shown(type, value)}; allowed is ${allowed}`;
  }
  for (const [name, { allowed }] of Object.entries(required)) {
    if (!payload.has(name)) return `${name} is missing in its payload; allowed is ${allowed}`;
  }
  for (const name of sealed) {
    const reason = whyNotSealed(textOf(payload, name));
    if (reason !== undefined) return `${name} of its payload ${reason}; allowed is base64 of sealed bytes`;
  }
  return together?.(payload);
}

function unknownField(type: EventType, name: string): string {
  const isPrivate = type === 'gate_message' || type === 'dm_message';
  if (isPrivate && PLAINTEXT_FIELDS.includes(name)) {
    return `its payload has the plaintext field ${name}; a ${type} carries ciphertext only`;
  }
  if (name === 'transport_lock') return `its payload has a transport_lock; only private types may have one`;
  const { required, optional } = PAYLOAD_FORMS[type];
  const names = [...Object.keys(required), ...Object.keys(optional)].join(', ');
  const which = /^[a-z][a-z0-9_]{0,31}$/.test(name) ? ` ${name}` : '';
  return `its payload has an unknown field${which}; allowed is ${names}`;
}

function shown(type: EventType, value: JsonValue): string {
  if (value instanceof JsonNumber) return value.text.slice(0, 40);
  if (isJsonArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string' || SHOWN_WORDS.includes(value)) return describe(value);
  return UNSHOWN_TYPES.includes(type) ? `a string of ${[...value].length} characters` : describe(value);
}
