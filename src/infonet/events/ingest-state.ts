import { EventRefused, eventHead, type InfonetEvent } from './infonet-event.ts';
import { MessageSpool } from './message-spool.ts';
import { Revocations } from './revocations.ts';

/**
 * What the events of a chain say about the next one, beside its place: which keys are revoked, and which mailboxes are
 * full. A fold over the chain, so that a chain opened again judges as before.
 */
export class IngestState {
  readonly #revocations: Revocations;
  readonly #spool: MessageSpool;

  constructor(revocations: Revocations = new Revocations(), spool: MessageSpool = new MessageSpool()) {
    this.#revocations = revocations;
    this.#spool = spool;
  }

  /** A copy that a page can be tried on, at this time in Unix seconds. */
  copy(now: number): IngestState {
    return new IngestState(this.#revocations.copy(), this.#spool.copy(now));
  }

  /** @throws EventRefused if the chain so far does not allow this event, at this time in Unix seconds */
  check(event: InfonetEvent, now: number): void {
    const reason =
      this.#revocations.refusal(event) ??
      (event.type === 'dm_message' ? this.#spool.refusal(event, now) : undefined);
    if (reason !== undefined) throw new EventRefused(reason);
  }

  /** Takes note of an event that is on the chain. */
  add(event: InfonetEvent): void {
    if (event.type === 'key_revoke') this.#revocations.add(event);
    if (event.type === 'dm_message') this.#spool.add(event);
  }
}

/** Whether an event of this text, as `eventText` makes it, changes an `IngestState`. Most do not, and need no parsing. */
export function concernsIngestState(text: string): boolean {
  const { type } = eventHead(text);
  return type === 'key_revoke' || type === 'dm_message';
}
