import { hash } from 'node:crypto';
import { describe } from '../policy/wire-fields.ts';
import { canonicalJson, isJsonObject, JsonNumber, type JsonValue } from './json-value.ts';
import { isHash } from './protocol.ts';

/** An event that has the right form; whether it is true is for `verifyEvent`. */
export interface InfonetEvent {
  readonly id: string;
  readonly prevHash: string;
  readonly type: string;
  readonly nodeId: string;
  /** Canonical JSON. */
  readonly payload: string;
  /** As it was spelled. */
  readonly timestamp: string;
  readonly sequence: number;
  readonly signature: string;
  readonly networkId: string;
  readonly publicKey: string;
  readonly publicKeyAlgo: string;
  readonly protocolVersion: string;
}

/** The event is not one of our chain; the message says why, in one line. */
export class EventRefused extends Error {
  override readonly name = 'EventRefused';
}

// No ':' and no '|': the two texts below are joined by them, and a type that held one could be cut in two ways.
const EVENT_TYPE = /^[a-z][a-z0-9_]{0,63}$/;

/**
 * Reads the fields of an event; what else it carries is no part of it and is dropped.
 *
 * @throws EventRefused naming the field, its value and what is allowed
 */
export function readEvent(value: JsonValue): InfonetEvent {
  if (!isJsonObject(value)) throw new EventRefused('an event is no object');
  const text = (name: string): string => {
    const held = value.get(name);
    return typeof held === 'string' ? held : refuse(name, held, 'a string');
  };
  const id = (name: string): string => {
    const held = text(name);
    return isHash(held) ? held : refuse(name, held, '64 lower-case hex digits');
  };
  const type = text('event_type');
  const payload = value.get('payload');
  const timestamp = value.get('timestamp');
  const sequence = value.get('sequence');
  return {
    id: id('event_id'),
    prevHash: id('prev_hash'),
    type: EVENT_TYPE.test(type) ? type : refuse('event_type', type, 'a-z, 0-9 and _'),
    nodeId: text('node_id'),
    payload: isJsonObject(payload) ? canonicalJson(payload) : refuse('payload', payload, 'an object'),
    timestamp: timestamp instanceof JsonNumber ? timestamp.text : refuse('timestamp', timestamp, 'a number'),
    sequence: readSequence(sequence),
    signature: text('signature'),
    networkId: text('network_id'),
    publicKey: text('public_key'),
    publicKeyAlgo: text('public_key_algo'),
    protocolVersion: text('protocol_version'),
  };
}

function readSequence(value: JsonValue | undefined): number {
  const sequence = value instanceof JsonNumber ? Number(value.text) : Number.NaN;
  const isPlain = value instanceof JsonNumber && /^[1-9][0-9]*$/.test(value.text);
  return isPlain && Number.isSafeInteger(sequence)
    ? sequence
    : refuse('sequence', value, 'a whole number above 0');
}

function refuse(name: string, value: JsonValue | undefined, allowed: string): never {
  const held = value instanceof JsonNumber ? value.text.slice(0, 40) : describe(value);
  throw new EventRefused(`${name} of an event is ${held}; allowed is ${allowed}`);
}

/** The id an event must have. */
export function eventHash(event: Omit<InfonetEvent, 'id' | 'signature'>): string {
  const { prevHash, type, nodeId, payload, timestamp, sequence, networkId } = event;
  const text = [prevHash, type, nodeId, payload, timestamp, sequence, networkId].join(':');
  return hash('sha256', text);
}

/** What an event's signature is over. */
export function signedText(event: Omit<InfonetEvent, 'id' | 'signature'>): string {
  const { protocolVersion, networkId, type, nodeId, sequence, payload } = event;
  return [protocolVersion, networkId, type, nodeId, sequence, payload].join('|');
}

/** The event as it goes over the wire: JSON, every number in it spelled as it came. */
export function eventText(event: InfonetEvent): string {
  const before = JSON.stringify({
    event_id: event.id,
    prev_hash: event.prevHash,
    event_type: event.type,
    node_id: event.nodeId,
    sequence: event.sequence,
    signature: event.signature,
    network_id: event.networkId,
    public_key: event.publicKey,
    public_key_algo: event.publicKeyAlgo,
    protocol_version: event.protocolVersion,
  });
  return `${before.slice(0, -1)},"timestamp":${event.timestamp},"payload":${event.payload}}`;
}
