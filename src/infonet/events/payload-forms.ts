import { isJsonObject, JsonNumber, type JsonObject } from '../json/json-value.ts';
import type { EventType } from './event-types.ts';
import {
  anyNumber,
  anyObject,
  anyText,
  anyWhole,
  fits,
  flag,
  lowerText,
  oneOfTexts,
  type PayloadField,
  type PayloadFields,
  someText,
  someTrimmedLowerText,
  someTrimmedText,
  textUpTo,
  trimmed,
  trimmedLowerText,
  unblankText,
  unblankTextUpTo,
  wholeAboveZero,
  wholeThat,
} from './field-kinds.ts';

/** What the payload of a type must be: these fields and no others, each equal to what the reference makes of it. */
export interface PayloadForm {
  readonly required: PayloadFields;
  /** There only if they are not empty. */
  readonly optional: PayloadFields;
  /** Fields that hold sealed bytes. */
  readonly sealed?: readonly string[];
  /** What is wrong with the fields together. */
  readonly together?: (payload: JsonObject) => string | undefined;
}

/** What a device signed besides; its truth is not looked at, as in the reference. */
const signedContext: PayloadField = {
  allowed: 'an object of the fields of a signed context',
  accepts: (value) =>
    isJsonObject(value) &&
    fits(
      value,
      {
        protocol: anyText,
        version: anyWhole,
        event_type: anyText,
        kind: anyText,
        endpoint: anyText,
        lane_floor: trimmedLowerText,
        sequence_domain: anyText,
        node_id: anyText,
        sequence: anyWhole,
        body_hash: trimmedLowerText,
      },
      { gate_id: someTrimmedLowerText, recipient_id: someTrimmedText, target_id: someTrimmedText },
    ),
};

const withContext: PayloadFields = { signed_context: signedContext };

/** The normal form of each type. The reference refuses a payload that differs from its normal form. */
export const PAYLOAD_FORMS: Readonly<Record<EventType, PayloadForm>> = {
  message: {
    required: {
      message: anyText,
      destination: {
        allowed: "'broadcast' or ''",
        accepts: (value) =>
          typeof value === 'string' && ['', 'broadcast'].includes(trimmed(value).toLowerCase()),
        usual: '',
      },
      channel: { ...anyText, usual: 'LongFast' },
      priority: { ...oneOfTexts('normal', 'high', 'emergency', 'low'), usual: 'normal' },
      ephemeral: flag,
    },
    optional: withContext,
  },
  vote: {
    required: {
      target_id: anyText,
      vote: wholeThat('1 or -1', (value) => value === 1n || value === -1n),
      gate: anyText,
    },
    optional: withContext,
  },
  gate_create: {
    required: { gate_id: lowerText, display_name: textUpTo(64), rules: { ...anyObject, usual: new Map() } },
    optional: withContext,
  },
  prediction: { required: { market_title: anyText, side: anyText, stake_amount: anyNumber }, optional: {} },
  stake: {
    required: {
      message_id: anyText,
      poster_id: anyText,
      side: anyText,
      amount: anyNumber,
      duration_days: anyWhole,
    },
    optional: {},
  },
  abuse_report: {
    required: { target_id: anyText, reason: unblankTextUpTo(280), gate: anyText, evidence: textUpTo(256) },
    optional: {},
  },
  key_rotate: {
    required: {
      old_node_id: anyText,
      old_public_key: anyText,
      old_public_key_algo: anyText,
      new_public_key: anyText,
      new_public_key_algo: anyText,
      timestamp: anyWhole,
      old_signature: anyText,
    },
    optional: withContext,
  },
  key_revoke: {
    required: {
      revoked_public_key: anyText,
      revoked_public_key_algo: anyText,
      revoked_at: wholeAboveZero,
      grace_until: anyWhole,
      reason: textUpTo(140),
    },
    optional: withContext,
    together: (payload) =>
      wholeOf(payload, 'grace_until') < wholeOf(payload, 'revoked_at')
        ? 'grace_until of its payload is before revoked_at'
        : undefined,
  },
  gate_message: {
    required: {
      gate: someTrimmedLowerText,
      ciphertext: unblankText,
      nonce: unblankText,
      sender_ref: unblankText,
      format: { ...oneOfTexts('mls1'), usual: 'mls1' },
    },
    optional: {
      epoch: wholeAboveZero,
      gate_envelope: someTrimmedText,
      envelope_hash: someTrimmedText,
      reply_to: someTrimmedText,
      transport_lock: oneOfTexts('private', 'private_strong', 'rns', 'onion'),
      ...withContext,
    },
    sealed: ['ciphertext', 'nonce'],
  },
  dm_message: {
    required: {
      recipient_id: anyText,
      delivery_class: oneOfTexts('request', 'shared'),
      recipient_token: anyText,
      ciphertext: unblankText,
      msg_id: anyText,
      timestamp: anyWhole,
      format: { ...oneOfTexts('mls1', 'dm1'), usual: 'mls1' },
      transport_lock: oneOfTexts('private_strong'),
    },
    optional: {
      session_welcome: someText,
      sender_seal: someText,
      relay_salt: someTrimmedLowerText,
      ...withContext,
    },
    sealed: ['ciphertext'],
    together: (payload) =>
      textOf(payload, 'delivery_class') === 'shared' && trimmed(textOf(payload, 'recipient_token')) === ''
        ? "recipient_token of its payload is blank; a 'shared' delivery needs one"
        : undefined,
  },
};

/** A field of a payload that was checked to be a string; '' if it is not there. */
export function textOf(payload: JsonObject, name: string): string {
  const value = payload.get(name);
  return typeof value === 'string' ? value : '';
}

/** A field of a payload that was checked to be a whole number; 0 if it is not there. */
export function wholeOf(payload: JsonObject, name: string): bigint {
  const value = payload.get(name);
  return value instanceof JsonNumber ? BigInt(value.text) : 0n;
}
