import type { ChainStore } from '../chain/chain-store.ts';
import { type InfonetEvent, readEvent } from '../events/infonet-event.ts';
import { readJson } from '../json/read-json.ts';
import type { Cursor } from './cursor.ts';
import { type PrivateEvent, privateEvents } from './private-events.ts';

/** Whoever takes the private events of one type. */
export interface Receiver {
  readonly type: 'dm_message' | 'gate_message';
  readonly store: Cursor & { knows(eventId: string): Promise<boolean> };
  /** Whether the event is done with; otherwise it is offered again. */
  readonly take: (event: InfonetEvent) => Promise<boolean>;
}

export interface FollowLimits {
  /** How many events that found no room are offered again at each ingest; the others wait for the next start. */
  readonly maxWaiting: number;
  /** Events from one cursor that is kept to the next: about so many are looked through again at a start. */
  readonly cursorStep: number;
}

const USUAL_LIMITS: FollowLimits = { maxWaiting: 1_000, cursorStep: 500 };

/**
 * Gives what hands a receiver all that is new on a chain. After a start it goes on from the cursor, which no event has
 * passed that is not done with: what was appended by a process that was killed before it handed it on comes then.
 */
export function followChain(
  chain: ChainStore,
  { type, store, take }: Receiver,
  { maxWaiting, cursorStep }: FollowLimits = USUAL_LIMITS,
): () => Promise<void> {
  let waiting: readonly PrivateEvent[] = [];
  let last: string | undefined;
  let isStarted = false;
  /** Events that found no room, nor a place among those that wait: the cursor stays before them. */
  let isOverfull = false;
  let sinceCursor = 0;

  const handOn = async ({ id, text }: PrivateEvent): Promise<boolean> =>
    (await store.knows(id)) || take(readEvent(readJson(Buffer.from(text))));
  const handOnAll = async (events: readonly PrivateEvent[]): Promise<PrivateEvent[]> => {
    const left: PrivateEvent[] = [];
    for (const event of events) if (!(await handOn(event))) left.push(event);
    return left;
  };
  const moveCursor = async (to: string, size: number): Promise<void> => {
    sinceCursor += size;
    if (sinceCursor < cursorStep || isOverfull) return;
    await store.keepCursor(waiting[0]?.prevHash ?? to);
    sinceCursor = 0;
  };

  return async () => {
    if (!isStarted) last = await store.cursor();
    isStarted = true;
    waiting = await handOnAll(waiting);
    for await (const page of privateEvents(chain, last)) {
      if (page.isAnew) {
        waiting = [];
        isOverfull = false;
      }
      const offered = page.events.filter((event) => event.type === type);
      const left = [...waiting, ...(await handOnAll(offered))];
      waiting = left.slice(0, maxWaiting);
      isOverfull ||= left.length > maxWaiting;
      last = page.last;
      await moveCursor(last, page.size);
    }
  };
}
