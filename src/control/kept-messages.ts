import type { MailboxAddress } from '../infonet/events/message-spool.ts';
import type { GateMessage, GateStore } from '../infonet/hydration/gate-store.ts';
import type { DirectMessage, Mailbox } from '../infonet/hydration/mailbox.ts';
import { isRecord } from '../policy/wire-fields.ts';
import { ControlError } from './control.ts';

/** Where a node keeps the messages of its chain. */
export interface KeptMessages {
  readonly mailbox: Mailbox;
  readonly gateStore: GateStore;
}

/** Which messages are wanted. */
export type MessageRequest =
  /** What waits in a box. */
  | ({ readonly kind: 'poll' } & MailboxAddress)
  /** The messages of these events, which are taken out of the box; without `eventIds` all that wait in it. */
  | ({ readonly kind: 'claim'; readonly eventIds?: readonly string[] | undefined } & MailboxAddress)
  /** Messages of a gate, after so many of them. */
  | { readonly kind: 'gate'; readonly gate: string; readonly after: number; readonly limit: number };

/** A message as it is kept: sealed as it came. */
export type KeptMessage = DirectMessage | GateMessage;

export async function findMessages(
  { mailbox, gateStore }: KeptMessages,
  request: MessageRequest,
): Promise<readonly KeptMessage[]> {
  if (request.kind === 'gate') {
    const { gate, after, limit } = request;
    return gateStore.messages(gate, { after, limit });
  }
  const { deliveryClass, key } = request;
  const box = { deliveryClass, key };
  return request.kind === 'poll' ? mailbox.poll(box) : mailbox.claim(box, request.eventIds);
}

/** @throws ControlError; it shows no key of a box */
export function readMessageRequest(body: unknown): MessageRequest {
  const { kind, deliveryClass, key, eventIds, gate, after = 0, limit = 100 } = isRecord(body) ? body : {};
  const isBox = (deliveryClass === 'request' || deliveryClass === 'shared') && typeof key === 'string';
  if (kind === 'poll' && isBox) return { kind, deliveryClass, key };
  if (kind === 'claim' && isBox && (eventIds === undefined || isTexts(eventIds))) {
    return { kind, deliveryClass, key, eventIds };
  }
  if (kind === 'gate' && typeof gate === 'string' && isCount(after) && isCount(limit)) {
    return { kind, gate, after, limit };
  }
  throw new ControlError(
    'refused',
    'The request is for no messages; allowed is {"kind": "poll", "deliveryClass": "request" or "shared", "key": …}, the same with "kind": "claim" and perhaps "eventIds": […], and {"kind": "gate", "gate": …, "after": 0, "limit": 100}',
  );
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** @throws TypeError for what are no messages */
export function readKeptMessages(value: unknown): readonly KeptMessage[] {
  if (isMessages(value)) return value;
  throw new TypeError('there is something else in place of messages');
}

const DIRECT_TEXTS = [
  'sender',
  'messageId',
  'deliveryClass',
  'recipientToken',
  'ciphertext',
  'format',
  'senderSeal',
  'sessionWelcome',
];
const GATE_TEXTS = ['gate', 'nodeId', 'ciphertext', 'nonce', 'senderRef', 'format'];

function isMessages(value: unknown): value is readonly KeptMessage[] {
  const hasTexts = (message: Record<string, unknown>, names: readonly string[]): boolean =>
    ['eventId', ...names].every((name) => typeof message[name] === 'string');
  return (
    Array.isArray(value) &&
    value.every((one) => isRecord(one) && (hasTexts(one, DIRECT_TEXTS) || hasTexts(one, GATE_TEXTS)))
  );
}
