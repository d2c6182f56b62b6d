import type { ChainStore } from '../chain/chain-store.ts';
import { type InfonetEvent, readEvent } from '../events/infonet-event.ts';
import { PublicKeys } from '../events/public-keys.ts';
import { verifySignature } from '../events/verify-signature.ts';
import { readJson } from '../json/read-json.ts';
import type { GateStore } from './gate-store.ts';
import type { Mailbox } from './mailbox.ts';
import { type PrivateEvent, privateEvents } from './private-events.ts';
import { createTaskQueue } from './task-queue.ts';

/** Where the private events of a chain go. */
export interface HydrationOptions {
  /** Takes direct messages. */
  readonly mailbox?: Mailbox | undefined;
  /** Takes gate messages. */
  readonly gateStore?: GateStore | undefined;
  /** Called with what a mailbox or a store throws. The chain has the events; they are offered again at the next ingest. */
  readonly onError: (error: unknown) => void;
}

/** How many messages for full boxes are offered again at each ingest; the others wait for the next start. */
const MAX_WAITING = 1_000;

/**
 * A chain that hands its private events on: all of them now, and after each ingest the new ones. They come from the chain
 * itself, never from what was offered to it; nothing is decrypted.
 */
export async function hydrateChain(chain: ChainStore, options: HydrationOptions): Promise<ChainStore> {
  const { mailbox, gateStore, onError } = options;
  const inTurn = createTaskQueue();
  const keys = new PublicKeys();
  let waiting: readonly PrivateEvent[] = [];
  let last: string | undefined;

  /** Whether the event is done with. */
  const handOn = async ({ id, type, text }: PrivateEvent): Promise<boolean> => {
    const read = (): InfonetEvent => readEvent(readJson(Buffer.from(text)));
    if (type === 'dm_message' && mailbox !== undefined && !(await mailbox.knows(id))) {
      return (await mailbox.deliver(read())) !== 'full';
    }
    if (type === 'gate_message' && gateStore !== undefined && !(await gateStore.knows(id))) {
      const event = read();
      await gateStore.add(event, verifySignature(event, keys.read(event.publicKey, event.publicKeyAlgo)));
    }
    return true;
  };
  const handOnAll = async (events: readonly PrivateEvent[]): Promise<PrivateEvent[]> => {
    const left: PrivateEvent[] = [];
    for (const event of events) if (!(await handOn(event))) left.push(event);
    return left;
  };
  const hydrate = async (): Promise<void> => {
    try {
      waiting = await handOnAll(waiting);
      for await (const page of privateEvents(chain, last)) {
        waiting = [...waiting, ...(await handOnAll(page.events))].slice(0, MAX_WAITING);
        last = page.last;
      }
    } catch (error) {
      onError(error);
    }
  };

  await inTurn(hydrate);
  return {
    ...chain,
    ingest: async (events, ingestOptions) => {
      const ingested = await chain.ingest(events, ingestOptions);
      if (ingested.accepted > 0) await inTurn(hydrate);
      return ingested;
    },
  };
}
