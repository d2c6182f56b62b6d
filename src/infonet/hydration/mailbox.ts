import { createHash } from 'node:crypto';
import { systemNow } from '../../clock/system-ports.ts';
import type { InfonetEvent } from '../events/infonet-event.ts';
import { type MailboxAddress, mailboxOf } from '../events/message-spool.ts';
import { textOf } from '../events/payload-forms.ts';
import { createCursor } from './cursor.ts';
import { createMemoryRecords, type RecordStore } from './records.ts';
import { createTaskQueue } from './task-queue.ts';

/** A direct message as its recipient gets it; sealed as it came. */
export interface DirectMessage {
  /** The event it came in. */
  readonly eventId: string;
  /** `sender_token:` and a hash of event and node: who sent it shows only inside. */
  readonly sender: string;
  readonly messageId: string;
  readonly deliveryClass: 'request' | 'shared';
  readonly recipientToken: string;
  readonly ciphertext: string;
  readonly format: string;
  /** '' if there is none. */
  readonly senderSeal: string;
  /** '' if there is none. */
  readonly sessionWelcome: string;
  /** Unix seconds of this node. */
  readonly depositedAt: number;
}

/** What became of a message: a full box takes it when it is offered again and has room. */
export type Delivery = 'delivered' | 'known' | 'full';

/** Where direct messages wait for their recipients. */
export interface Mailbox {
  /** Whether the message of an event was delivered at any time, also if it was claimed since. */
  knows(eventId: string): Promise<boolean>;
  /** Up to which event of the chain its direct messages were handed on; undefined before the first. */
  cursor(): Promise<string | undefined>;
  keepCursor(eventId: string): Promise<void>;
  /** Delivers the message of a `dm_message` that is on the chain: once, whatever happened since. */
  deliver(event: InfonetEvent): Promise<Delivery>;
  /** What waits in a box, oldest first. It stays there. */
  poll(box: MailboxAddress): Promise<DirectMessage[]>;
  /** Takes out what waits in a box, or these events of it; it is not delivered again. */
  claim(box: MailboxAddress, eventIds?: readonly string[]): Promise<DirectMessage[]>;
  close(): Promise<void>;
}

/** Where a mailbox keeps its messages, and by which time they expire. */
export interface MailboxOptions {
  /** Where messages are kept, such as `openDiskRecords` opens. @default the memory of this process */
  readonly records?: RecordStore | undefined;
  /** Unix seconds, with a fraction. @default the system's */
  readonly now?: (() => number) | undefined;
}

/** Seconds that a message waits. */
const TTL_SECONDS = 3_600;
const MAX_OF_A_BOX = { request: 12, shared: 48 };
const MAX_OF_A_SENDER = 2;

interface Waiting {
  readonly key: string;
  readonly nodeId: string;
  readonly message: DirectMessage;
}

/** Makes a mailbox by the rules of the reference's relay, but for what it delivers twice, or drops as an equal `msg_id`. */
export function createMailbox({
  records = createMemoryRecords(),
  now = systemNow,
}: MailboxOptions = {}): Mailbox {
  const inTurn = createTaskQueue();
  let deposits = 0;

  /** What waits in a box. What is too old is removed on the way. */
  const waitingIn = async (box: MailboxAddress): Promise<Waiting[]> => {
    const all = (await records.list(boxKey(box))).map(readWaiting);
    const isOld = ({ message }: Waiting): boolean => now() - message.depositedAt > TTL_SECONDS;
    await remove(all.filter(isOld));
    return all.filter((waiting) => !isOld(waiting));
  };
  const remove = async (gone: readonly Waiting[]): Promise<void> => {
    if (gone.length > 0) await records.write(Object.fromEntries(gone.map(({ key }) => [key, null])));
  };
  const knows = async (eventId: string): Promise<boolean> =>
    (await records.get(knownKey(eventId))) !== undefined;

  const deliver = async (event: InfonetEvent): Promise<Delivery> => {
    if (await knows(event.id)) return 'known';
    const box = mailboxOf(event.payload);
    const waiting = await waitingIn(box);
    const ofSender = waiting.filter(({ nodeId }) => nodeId === event.nodeId);
    if (waiting.length >= MAX_OF_A_BOX[box.deliveryClass] || ofSender.length >= MAX_OF_A_SENDER)
      return 'full';
    deposits += 1;
    const message = messageOf(event, now());
    const order = `${digits(Math.max(0, message.depositedAt * 1000))}-${digits(deposits)}`;
    await records.write({
      [knownKey(event.id)]: '',
      [`${boxKey(box)} ${order}-${event.id}`]: JSON.stringify({ nodeId: event.nodeId, message }),
    });
    return 'delivered';
  };

  return {
    knows,
    ...createCursor(records),
    deliver: (event) => inTurn(() => deliver(event)),
    poll: (box) => inTurn(async () => (await waitingIn(box)).map(({ message }) => message)),
    claim: (box, eventIds) =>
      inTurn(async () => {
        const waiting = await waitingIn(box);
        const claimed = waiting.filter(({ message }) => eventIds?.includes(message.eventId) ?? true);
        await remove(claimed);
        return claimed.map(({ message }) => message);
      }),
    close: () => inTurn(() => records.close()),
  };
}

function messageOf({ id, nodeId, payload }: InfonetEvent, now: number): DirectMessage {
  const sender = createHash('sha256').update(`hashchain-dm-sender|${id}|${nodeId}`).digest('hex');
  return {
    eventId: id,
    sender: `sender_token:${sender}`,
    messageId: textOf(payload, 'msg_id'),
    deliveryClass: mailboxOf(payload).deliveryClass,
    recipientToken: textOf(payload, 'recipient_token'),
    ciphertext: textOf(payload, 'ciphertext'),
    format: textOf(payload, 'format'),
    senderSeal: textOf(payload, 'sender_seal'),
    sessionWelcome: textOf(payload, 'session_welcome'),
    depositedAt: now,
  };
}

const knownKey = (eventId: string): string => `known ${eventId}`;
const digits = (value: number): string => String(Math.trunc(value)).padStart(16, '0');

/** A hash: keys of records are ASCII, and a token is nobody's business. */
function boxKey({ deliveryClass, key }: MailboxAddress): string {
  return `message ${createHash('sha256').update(`${deliveryClass}|${key}`).digest('hex')}`;
}

function readWaiting([key, value]: [string, string]): Waiting {
  return { key, ...JSON.parse(value) };
}
