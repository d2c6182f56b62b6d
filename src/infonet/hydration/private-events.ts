import type { ChainStore } from '../chain/chain-store.ts';
import { type EventHead, eventHead } from '../events/infonet-event.ts';
import { GENESIS_HASH, isPrivateType, MAX_PAGE_LIMIT } from '../protocol.ts';

/** A private event on a chain, not parsed yet. */
export interface PrivateEvent extends EventHead {
  readonly text: string;
}

/**
 * The private events of a chain behind one of its events, oldest first, page by page, with the id of the last event of
 * each page. If the chain does not have that event, it is another chain by now, and all of them come: `isAnew` with the first.
 */
export async function* privateEvents(
  chain: ChainStore,
  after: string = GENESIS_HASH,
): AsyncGenerator<{
  readonly events: readonly PrivateEvent[];
  /** How many events the page has, public ones too. */
  readonly size: number;
  readonly last: string;
  readonly isAnew: boolean;
}> {
  let isAnew = false;
  for (let from = after; ; ) {
    const page = await chain.page([from], { limit: MAX_PAGE_LIMIT, publicOnly: false });
    const events = page.events.map((text) => ({ ...eventHead(text), text }));
    const last = events.at(-1);
    if (page.forked) {
      from = GENESIS_HASH;
      isAnew = true;
    } else if (last === undefined) return;
    else {
      const isPrivate = ({ type }: EventHead): boolean => isPrivateType(type);
      yield { events: events.filter(isPrivate), size: events.length, last: last.id, isAnew };
      from = last.id;
      isAnew = false;
    }
  }
}
