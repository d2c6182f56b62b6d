import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe } from '../../policy/wire-fields.ts';
import type { ChainStore } from '../chain/chain-store.ts';
import {
  canonicalJson,
  isJsonArray,
  isJsonObject,
  JsonNumber,
  type JsonObject,
  type JsonValue,
} from '../json/json-value.ts';
import { spellNumber } from '../json/number-spelling.ts';
import { readJson } from '../json/read-json.ts';
import { GENESIS_HASH, isPrivateType, NETWORK_ID, PROTOCOL_VERSION } from '../protocol.ts';
import { whyPayloadRefused } from './check-payload.ts';
import { EVENT_TYPES, type EventType, isEventType } from './event-types.ts';
import { EventRefused, eventHash, eventText, readEvent, signedText } from './infonet-event.ts';
import { PAYLOAD_FORMS, textOf } from './payload-forms.ts';
import { nodeIdOf } from './public-keys.ts';
import { signedPayload } from './verify-signature.ts';

/** A payload under its wire names. What has a usual value there may be left out. */
export type NewPayload = Readonly<Record<string, unknown>>;

/** What an author puts into an event; the rest comes from the author's key. */
export interface NewEvent {
  /** The id of the event before it; '' for the first. */
  readonly head: string;
  readonly sequence: number;
  /** Unix seconds, with a fraction. */
  readonly timestamp: number;
  readonly payload: NewPayload;
  /** @default 'message' */
  readonly type?: EventType;
}

/** A node that writes events. */
export interface EventAuthor {
  readonly nodeId: string;
  /**
   * A signed event, ready for `ChainStore.ingest`. A gate message is signed without its envelope, as the reference does.
   *
   * @throws EventRefused if the reference would not take it; the message shows no text of a private event
   */
  write(event: NewEvent): JsonValue;
  /**
   * Writes a gate message behind the head of a chain: `gate`, `ciphertext`, `nonce`, `sender_ref`, and what else a gate
   * message may have. `format`, `transport_lock` and the hash of an envelope are filled in.
   *
   * @returns the id of the event
   * @throws EventRefused before anything touches the chain, if a field is plaintext or not sealed; or what the chain says
   */
  appendGateMessage(chain: ChainStore, message: NewPayload, timestamp: number): Promise<string>;
  /**
   * Writes a direct message behind the head of a chain: `recipient_id`, `delivery_class`, `recipient_token`, `ciphertext`,
   * `msg_id`, and what else it may have. `format`, `timestamp` and `transport_lock` are filled in.
   *
   * @returns the id of the event
   * @throws EventRefused before anything touches the chain, if a field is plaintext or not sealed; or what the chain says,
   * such as that the mailbox is full
   */
  appendDirectMessage(chain: ChainStore, message: NewPayload, timestamp: number): Promise<string>;
}

/** The lock a private event is written with; the reference takes a few others from elsewhere, but writes this one. */
const WRITTEN_LOCK = 'private_strong';
/** How often an event is written anew because somebody else was faster. */
const MAX_TRIES = 10;

/**
 * Makes a node that writes: with a new key that ends with the process, or with an Ed25519 or P-256 key of yours.
 *
 * @throws TypeError if the key is no private key of these kinds
 */
export function createEventAuthor(key: 'Ed25519' | 'ECDSA_P256' | KeyObject = 'Ed25519'): EventAuthor {
  const privateKey = typeof key === 'string' ? newKey(key) : key;
  const algo = algorithmOf(privateKey);
  const rawKey = rawPublicKey(createPublicKey(privateKey));
  const nodeId = nodeIdOf(rawKey);

  const write = ({ head, sequence, timestamp, payload, type = 'message' }: NewEvent): JsonObject => {
    const complete = completePayload(type, payload);
    if (!Number.isFinite(timestamp)) {
      throw new EventRefused(
        `a new ${type} has timestamp ${timestamp}; allowed is a finite number other than 0`,
      );
    }
    const unsigned = {
      prevHash: head || GENESIS_HASH,
      type,
      nodeId,
      payload: complete,
      payloadText: canonicalJson(complete),
      timestamp: spellNumber(timestamp),
      sequence,
      networkId: NETWORK_ID,
      publicKey: rawKey.toString('base64'),
      publicKeyAlgo: algo,
      protocolVersion: PROTOCOL_VERSION,
    };
    const text = Buffer.from(signedText(unsigned, signedPayload(unsigned)));
    const signature = sign(algo === 'Ed25519' ? null : 'sha256', text, privateKey).toString('hex');
    const event = readJson(Buffer.from(eventText({ ...unsigned, id: eventHash(unsigned), signature })));
    readEvent(event);
    return isJsonObject(event) ? event : new Map();
  };

  const append = async (
    chain: ChainStore,
    event: Pick<NewEvent, 'payload' | 'timestamp'> & { readonly type: EventType },
  ): Promise<string> => {
    for (let tries = 1; ; tries += 1) {
      const head = chain.head();
      const sequence = (await chain.lastSequence(nodeId, event.type)) + 1;
      const written = write({ ...event, head, sequence });
      const { accepted, refused } = await chain.ingest([written]);
      if (accepted === 1) return textOf(written, 'event_id');
      const wasOvertaken = chain.head() !== head;
      if (!wasOvertaken || tries === MAX_TRIES)
        throw new EventRefused(refused ?? 'it is on the chain already');
    }
  };

  return {
    nodeId,
    write,
    appendGateMessage: async (chain, message, timestamp) => {
      const payload = { transport_lock: WRITTEN_LOCK, ...withEnvelopeHash(message) };
      return append(chain, { type: 'gate_message', payload, timestamp });
    },
    appendDirectMessage: async (chain, message, timestamp) => {
      const payload = { transport_lock: WRITTEN_LOCK, timestamp: Math.floor(timestamp), ...message };
      return append(chain, { type: 'dm_message', payload, timestamp });
    },
  };
}

/** @throws EventRefused if the reference would not take it */
function completePayload(type: EventType, payload: NewPayload): JsonObject {
  if (!isEventType(type)) {
    throw new EventRefused(`a new event has type ${describe(type)}; allowed is ${EVENT_TYPES.join(', ')}`);
  }
  const given = spelled(readJson(Buffer.from(JSON.stringify(payload))));
  const complete = new Map<string, JsonValue>();
  for (const [name, { usual }] of Object.entries(PAYLOAD_FORMS[type].required)) {
    if (usual !== undefined) complete.set(name, usual);
  }
  for (const [name, value] of isJsonObject(given) ? given : []) complete.set(name, value);
  const lock = complete.get('transport_lock');
  const reason =
    whyPayloadRefused(type, complete) ??
    (isPrivateType(type) && lock !== WRITTEN_LOCK
      ? `transport_lock of its payload is not '${WRITTEN_LOCK}', the only one that is written`
      : undefined);
  if (reason !== undefined) throw new EventRefused(`a new ${type}: ${reason}`);
  return complete;
}

/** The hash is signed and the envelope is not: without it anybody could put another envelope there. */
function withEnvelopeHash(message: NewPayload): NewPayload {
  const { gate_envelope: envelope, envelope_hash: given } = message;
  if (typeof envelope !== 'string') return message;
  const made = createHash('sha256').update(envelope).digest('hex');
  if (given !== undefined && given !== made) {
    throw new EventRefused(
      'a new gate_message: envelope_hash of its payload is not the SHA-256 of its envelope',
    );
  }
  return { ...message, envelope_hash: made };
}

/** Numbers as the reference spells them: JavaScript writes `1e-7` where Python writes `1e-07`. */
function spelled(value: JsonValue): JsonValue {
  if (value instanceof JsonNumber) return new JsonNumber(spellNumber(Number(value.text)));
  if (isJsonArray(value)) return value.map(spelled);
  if (isJsonObject(value)) return new Map([...value].map(([name, held]) => [name, spelled(held)]));
  return value;
}

function newKey(algo: 'Ed25519' | 'ECDSA_P256'): KeyObject {
  return algo === 'Ed25519'
    ? generateKeyPairSync('ed25519').privateKey
    : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function algorithmOf({ type, asymmetricKeyType, asymmetricKeyDetails }: KeyObject): 'Ed25519' | 'ECDSA_P256' {
  if (type === 'private' && asymmetricKeyType === 'ed25519') return 'Ed25519';
  if (type === 'private' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ECDSA_P256';
  const kind = asymmetricKeyType ?? 'no asymmetric';
  throw new TypeError(
    `the key of an author is a ${type} key of kind ${kind}; allowed is a private key, Ed25519 or P-256`,
  );
}

/** 32 bytes, or a point of 65. The SubjectPublicKeyInfo of both kinds ends with them. */
function rawPublicKey(key: KeyObject): Buffer {
  const length = key.asymmetricKeyType === 'ed25519' ? 32 : 65;
  return key.export({ format: 'der', type: 'spki' }).subarray(-length);
}
