import { createHash } from 'node:crypto';
import type { InfonetEvent } from '../events/infonet-event.ts';
import { textOf, wholeOf } from '../events/payload-forms.ts';
import { createCursor } from './cursor.ts';
import { createMemoryRecords, type RecordStore } from './records.ts';
import { createTaskQueue } from './task-queue.ts';

/** A message of a gate; sealed as it came. */
export interface GateMessage {
  /** The event it came in. */
  readonly eventId: string;
  readonly gate: string;
  readonly nodeId: string;
  /** Unix seconds, as the author had it. */
  readonly timestamp: number;
  readonly sequence: number;
  readonly ciphertext: string;
  readonly nonce: string;
  readonly senderRef: string;
  readonly format: string;
  /** 0 if there is none. */
  readonly epoch: number;
  /** '' if there is none, here and below. */
  readonly gateEnvelope: string;
  readonly envelopeHash: string;
  readonly replyTo: string;
  readonly transportLock: string;
  /** Fields of the payload that the signature does not cover: not to be shown as the author's word. */
  readonly unsigned: readonly string[];
}

/** Where the messages of gates are kept. */
export interface GateStore {
  /** Whether the message of an event is there, or one that is the same. */
  knows(eventId: string): Promise<boolean>;
  /** Up to which event of the chain its gate messages were handed on; undefined before the first. */
  cursor(): Promise<string | undefined>;
  keepCursor(eventId: string): Promise<void>;
  /** Keeps the message of a `gate_message` that is on the chain, once; `unsigned` is what `verifySignature` gives. */
  add(event: InfonetEvent, unsigned: readonly string[]): Promise<boolean>;
  /** The messages of a gate in the order in which they came, after so many of them. */
  messages(gate: string, page?: { readonly after?: number; readonly limit?: number }): Promise<GateMessage[]>;
  close(): Promise<void>;
}

const ORDER_DIGITS = 12;

/** Makes a store of gate messages, in records such as `openDiskRecords` opens; in the memory of this process by default. */
export function createGateStore(records: RecordStore = createMemoryRecords()): GateStore {
  const inTurn = createTaskQueue();

  const add = async (event: InfonetEvent, unsigned: readonly string[]): Promise<boolean> => {
    const { payload, timestamp } = event;
    const gate = textOf(payload, 'gate');
    const parts = ['ciphertext', 'nonce', 'format'].map((name) => textOf(payload, name));
    const knownKeys = [idKey(event.id), `same ${hashOf(JSON.stringify([gate, timestamp, ...parts]))}`];
    const known = await Promise.all(knownKeys.map((key) => records.get(key)));
    const isNew = known.every((value) => value === undefined);
    const kept = Object.fromEntries(knownKeys.map((key) => [key, '']));
    if (!isNew) {
      await records.write(kept);
      return false;
    }
    const count = Number((await records.get(countKey(gate))) ?? 0) + 1;
    await records.write({
      ...kept,
      [countKey(gate)]: String(count),
      [messageKey(gate, count)]: JSON.stringify(messageOf(event, unsigned)),
    });
    return true;
  };

  const messages = async (gate: string, after: number, limit: number): Promise<GateMessage[]> => {
    const count = Number((await records.get(countKey(gate))) ?? 0);
    const heights = Array.from(
      { length: Math.max(0, Math.min(limit, count - after)) },
      (_, at) => after + at + 1,
    );
    const texts = await Promise.all(heights.map((height) => records.get(messageKey(gate, height))));
    return texts.flatMap((text): GateMessage[] => (text === undefined ? [] : [JSON.parse(text)]));
  };

  return {
    knows: async (eventId) => (await records.get(idKey(eventId))) !== undefined,
    ...createCursor(records),
    add: (event, unsigned) => inTurn(() => add(event, unsigned)),
    messages: (gate, { after = 0, limit = 100 } = {}) => inTurn(() => messages(gate, after, limit)),
    close: () => inTurn(() => records.close()),
  };
}

function messageOf(event: InfonetEvent, unsigned: readonly string[]): GateMessage {
  const { id, nodeId, sequence, timestamp, payload } = event;
  return {
    eventId: id,
    gate: textOf(payload, 'gate'),
    nodeId,
    timestamp: Number(timestamp),
    sequence,
    ciphertext: textOf(payload, 'ciphertext'),
    nonce: textOf(payload, 'nonce'),
    senderRef: textOf(payload, 'sender_ref'),
    format: textOf(payload, 'format'),
    epoch: Number(wholeOf(payload, 'epoch')),
    gateEnvelope: textOf(payload, 'gate_envelope'),
    envelopeHash: textOf(payload, 'envelope_hash'),
    replyTo: textOf(payload, 'reply_to'),
    transportLock: textOf(payload, 'transport_lock'),
    unsigned,
  };
}

const idKey = (eventId: string): string => `id ${eventId}`;
const countKey = (gate: string): string => `count ${hashOf(gate)}`;
const messageKey = (gate: string, height: number): string =>
  `message ${hashOf(gate)} ${String(height).padStart(ORDER_DIGITS, '0')}`;

/** Keys of records are ASCII, and of a bounded length. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
