import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { EventType } from '../../src/infonet/events/event-types.ts';
import { eventHash, eventText, signedText } from '../../src/infonet/events/infonet-event.ts';
import { nodeIdOf } from '../../src/infonet/events/public-keys.ts';
import { canonicalJson, isJsonObject, type JsonObject } from '../../src/infonet/json/json-value.ts';
import { readJson } from '../../src/infonet/json/read-json.ts';
import { GENESIS_HASH, NETWORK_ID, PROTOCOL_VERSION } from '../../src/infonet/protocol.ts';

const ownKey = generateKeyPairSync('ed25519');

export interface Forgery {
  /** The id of the event before it. @default genesis */
  readonly head?: string;
  readonly type: string;
  /** Anything: an object, or JSON text with its numbers spelled. */
  readonly payload: object | string;
  /** What is signed, if it is not the payload. */
  readonly signed?: object | string;
  readonly sequence?: number;
  /** As it is spelled. */
  readonly timestamp?: string;
  readonly key?: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
}

/** An event whose id and signature are right, whatever is in it; as JSON text. */
export function forgedEvent(forgery: Forgery): string {
  const {
    head = GENESIS_HASH,
    type,
    payload,
    signed = payload,
    sequence = 1,
    timestamp = '1700000000.5',
  } = forgery;
  const { publicKey, privateKey } = forgery.key ?? ownKey;
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const unsigned = {
    prevHash: head,
    type: type as EventType,
    nodeId: nodeIdOf(raw),
    payload: read(payload),
    payloadText: canonicalJson(read(payload)),
    timestamp,
    sequence,
    networkId: NETWORK_ID,
    publicKey: raw.toString('base64'),
    publicKeyAlgo: 'Ed25519',
    protocolVersion: PROTOCOL_VERSION,
  };
  const text = Buffer.from(signedText(unsigned, canonicalJson(read(signed))));
  const signature = sign(null, text, privateKey).toString('hex');
  return eventText({ ...unsigned, id: eventHash(unsigned), signature });
}

function read(value: object | string): JsonObject {
  const object = readJson(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
  if (!isJsonObject(object)) throw new Error('no object');
  return object;
}
