import type { JsonObject } from '../json/json-value.ts';
import { trimmed } from './field-kinds.ts';
import type { InfonetEvent } from './infonet-event.ts';
import { textOf, wholeOf } from './payload-forms.ts';

/** Seconds that a direct message takes up room in its mailbox on the chain. */
const TTL_SECONDS = 3_600;
const MAX_OF_A_MAILBOX = 2;
const MAX_OF_A_SENDER = 1;

/** A mailbox of direct messages. */
export interface MailboxAddress {
  /** `shared` mailboxes go by the recipient's token, `request` ones by the recipient's id. */
  readonly deliveryClass: 'request' | 'shared';
  readonly key: string;
}

/** Where the payload of a `dm_message` is to be delivered. */
export function mailboxOf(payload: JsonObject): MailboxAddress {
  return textOf(payload, 'delivery_class') === 'shared'
    ? { deliveryClass: 'shared', key: trimmed(textOf(payload, 'recipient_token')) }
    : { deliveryClass: 'request', key: trimmed(textOf(payload, 'recipient_id')) };
}

interface Spooled {
  readonly nodeId: string;
  /** As the payload has it, Unix seconds. */
  readonly timestamp: bigint;
}

/** The direct messages of a chain that still take up room in their mailboxes. */
export class MessageSpool {
  readonly #byMailbox: Map<string, readonly Spooled[]>;

  constructor(byMailbox: Map<string, readonly Spooled[]> = new Map()) {
    this.#byMailbox = byMailbox;
  }

  /** Without what takes up no room any more. */
  copy(now: number): MessageSpool {
    const byMailbox = new Map<string, readonly Spooled[]>();
    for (const [mailbox, messages] of this.#byMailbox) {
      const active = messages.filter((message) => isActive(message, now));
      if (active.length > 0) byMailbox.set(mailbox, active);
    }
    return new MessageSpool(byMailbox);
  }

  /** Takes note of a `dm_message`. */
  add({ payload, nodeId }: InfonetEvent): void {
    const mailbox = mailboxName(payload);
    if (mailbox === undefined) return;
    const message = { nodeId, timestamp: wholeOf(payload, 'timestamp') };
    this.#byMailbox.set(mailbox, [...(this.#byMailbox.get(mailbox) ?? []), message]);
  }

  /** Why a `dm_message` finds no room, at this time in Unix seconds. */
  refusal({ payload, nodeId }: InfonetEvent, now: number): string | undefined {
    const messages = this.#byMailbox.get(mailboxName(payload) ?? '') ?? [];
    const active = messages.filter((message) => isActive(message, now));
    if (active.filter((message) => message.nodeId === nodeId).length >= MAX_OF_A_SENDER) {
      return `its sender has ${MAX_OF_A_SENDER} message in this mailbox that is younger than ${TTL_SECONDS} s; allowed is no more`;
    }
    if (active.length >= MAX_OF_A_MAILBOX) {
      return `its mailbox holds ${active.length} messages younger than ${TTL_SECONDS} s; allowed is ${MAX_OF_A_MAILBOX}`;
    }
    return undefined;
  }
}

/** Undefined for a mailbox with an empty key, which has no limits. */
function mailboxName(payload: JsonObject): string | undefined {
  const { deliveryClass, key } = mailboxOf(payload);
  return key === '' ? undefined : `${deliveryClass}|${key}`;
}

/** For ever, if it has no time. A future one is active until it is old. */
function isActive({ timestamp }: Spooled, now: number): boolean {
  return timestamp <= 0n || timestamp >= now - TTL_SECONDS;
}
