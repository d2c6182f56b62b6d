import { hash } from 'node:crypto';
import { describe } from '../../policy/wire-fields.ts';
import {
  canonicalJson,
  isJsonArray,
  isJsonObject,
  JsonNumber,
  type JsonObject,
  type JsonValue,
} from '../json/json-value.ts';
import { pythonSpelling } from '../json/number-spelling.ts';
import { isHash, PROTOCOL_VERSION } from '../protocol.ts';
import { UNKNOWN_TYPE_ADVICE } from './dead-ends.ts';
import { EVENT_TYPES, type EventType, isEventType } from './event-types.ts';

/** An event that has the right form; whether it is true is for `verifyEvent`. */
export interface InfonetEvent {
  readonly id: string;
  readonly prevHash: string;
  readonly type: EventType;
  readonly nodeId: string;
  readonly payload: JsonObject;
  /** The payload as canonical JSON. */
  readonly payloadText: string;
  /** As it was spelled. */
  readonly timestamp: string;
  readonly sequence: number;
  readonly signature: string;
  readonly networkId: string;
  readonly publicKey: string;
  /** As it was spelled. */
  readonly publicKeyAlgo: string;
  readonly protocolVersion: string;
}

/** An event before it has an id and a signature. */
export type UnsignedEvent = Omit<InfonetEvent, 'id' | 'signature'>;

/** The event is not one of our chain; the message says why, in one line, and shows no key and no text of a private event. */
export class EventRefused extends Error {
  override readonly name = 'EventRefused';
}

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
  const someText = (name: string): string => text(name) || refuse(name, '', 'a string that is not empty');
  const id = (name: string): string => {
    const held = text(name);
    return isHash(held) ? held : refuse(name, held, '64 lower-case hex digits');
  };
  const type = text('event_type');
  if (!isEventType(type)) {
    throw new EventRefused(
      `event_type of an event is ${describe(type)}; allowed is ${EVENT_TYPES.join(', ')}; ${UNKNOWN_TYPE_ADVICE}`,
    );
  }
  const payload = value.get('payload');
  if (!isJsonObject(payload)) refuse('payload', payload, 'an object');
  const timestamp = value.get('timestamp');
  return {
    id: id('event_id'),
    prevHash: id('prev_hash'),
    type,
    nodeId: text('node_id'),
    payload,
    payloadText: canonicalJson(payload),
    timestamp: isTimestamp(timestamp) ? timestamp.text : refuse('timestamp', timestamp, TIMESTAMP),
    sequence: readSequence(value.get('sequence')),
    signature: someText('signature'),
    networkId: text('network_id'),
    publicKey: someText('public_key'),
    publicKeyAlgo: someText('public_key_algo'),
    // The reference fills it in before it hashes anything.
    protocolVersion: value.get('protocol_version') ? text('protocol_version') : PROTOCOL_VERSION,
  };
}

const TIMESTAMP = 'a number other than 0, as Python spells it';

/** The reference replaces 0 by its own time, and writes numbers its own way: any other id is refused there. */
function isTimestamp(value: JsonValue | undefined): value is JsonNumber {
  return value instanceof JsonNumber && Number(value.text) !== 0 && value.text === pythonSpelling(value.text);
}

function readSequence(value: JsonValue | undefined): number {
  const sequence = value instanceof JsonNumber ? Number(value.text) : Number.NaN;
  const isPlain = value instanceof JsonNumber && /^[1-9][0-9]*$/.test(value.text);
  return isPlain && Number.isSafeInteger(sequence)
    ? sequence
    : refuse('sequence', value, 'a whole number from 1 to 2^53 - 1');
}

/** Shows no payload and no key, which may stand in the wrong place. */
function refuse(name: string, value: JsonValue | undefined, allowed: string): never {
  throw new EventRefused(`${name} of an event is ${held(name, value)}; allowed is ${allowed}`);
}

function held(name: string, value: JsonValue | undefined): string {
  if (value instanceof JsonNumber) return value.text.slice(0, 40);
  if (isJsonArray(value)) return 'an array';
  if (isJsonObject(value)) return 'an object';
  if (name === 'payload' && typeof value === 'string') return `a string of ${value.length} characters`;
  return describe(value);
}

/** The id an event must have. */
export function eventHash(event: UnsignedEvent): string {
  const { prevHash, type, nodeId, payloadText, timestamp, sequence, networkId } = event;
  const text = [prevHash, type, nodeId, payloadText, timestamp, sequence, networkId].join(':');
  return hash('sha256', text);
}

/** What a signature is over that covers this much of the payload, canonical JSON. */
export function signedText(event: UnsignedEvent, payloadText: string = event.payloadText): string {
  const { protocolVersion, networkId, type, nodeId, sequence } = event;
  return [protocolVersion, networkId, type, nodeId, sequence, payloadText].join('|');
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
  return `${before.slice(0, -1)},"timestamp":${event.timestamp},"payload":${event.payloadText}}`;
}

/** The beginning of an event's text. */
export interface EventHead {
  readonly id: string;
  readonly prevHash: string;
  readonly type: string;
}

const HEAD = /^\{"event_id":"([0-9a-f]{64})","prev_hash":"([0-9a-f]{64})","event_type":"([a-z0-9_]+)"/;

/**
 * What a text made by `eventText` begins with, without parsing the rest.
 *
 * @throws EventRefused if it is no such text
 */
export function eventHead(text: string): EventHead {
  const [, id, prevHash, type] = HEAD.exec(text) ?? [];
  if (id === undefined || prevHash === undefined || type === undefined) {
    throw new EventRefused('a text of the chain does not begin as an event does');
  }
  return { id, prevHash, type };
}
