import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { eventHash, eventText, readEvent, signedText } from './infonet-event.ts';
import { canonicalJson, type JsonValue } from './json-value.ts';
import { GENESIS_HASH, NETWORK_ID, PROTOCOL_VERSION } from './protocol.ts';
import { nodeIdOf } from './public-keys.ts';
import { readJson } from './read-json.ts';

/** What an author puts into an event; the rest comes from the author's key. */
export interface NewEvent {
  /** The id of the event before it; '' for the first. */
  readonly head: string;
  readonly sequence: number;
  /** Unix seconds, with a fraction. */
  readonly timestamp: number;
  readonly payload: Readonly<Record<string, unknown>>;
  /** @default 'message' */
  readonly type?: string;
}

/** A node that writes events, with a key made for it. */
export interface EventAuthor {
  readonly nodeId: string;
  /** A signed event, ready for `ChainStore.ingest`. */
  write(event: NewEvent): JsonValue;
}

/** Makes a node for tests, demos and small networks; its key ends with the process. */
export function createEventAuthor(algo: 'Ed25519' | 'ECDSA_P256' = 'Ed25519'): EventAuthor {
  const { publicKey, privateKey } =
    algo === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rawKey = rawPublicKey(publicKey);
  const nodeId = nodeIdOf(rawKey);
  return {
    nodeId,
    write: ({ head, sequence, timestamp, payload, type = 'message' }) => {
      const unsigned = {
        prevHash: head || GENESIS_HASH,
        type,
        nodeId,
        payload: canonicalJson(readJson(Buffer.from(JSON.stringify(payload)))),
        timestamp: JSON.stringify(timestamp),
        sequence,
        networkId: NETWORK_ID,
        publicKey: rawKey.toString('base64'),
        publicKeyAlgo: algo,
        protocolVersion: PROTOCOL_VERSION,
      };
      const text = Buffer.from(signedText(unsigned));
      const signature = sign(algo === 'Ed25519' ? null : 'sha256', text, privateKey).toString('hex');
      const event = readJson(Buffer.from(eventText({ ...unsigned, id: eventHash(unsigned), signature })));
      readEvent(event);
      return event;
    },
  };
}

/** 32 bytes, or a point of 65. The SubjectPublicKeyInfo of both kinds ends with them. */
function rawPublicKey(key: KeyObject): Buffer {
  const length = key.asymmetricKeyType === 'ed25519' ? 32 : 65;
  return key.export({ format: 'der', type: 'spki' }).subarray(-length);
}
