import type { ChainStore } from '../chain/chain-store.ts';
import { followChain } from './follow-chain.ts';
import type { GateStore } from './gate-store.ts';
import type { Mailbox } from './mailbox.ts';
import { directMessages, gateMessages } from './receivers.ts';
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

/**
 * A chain that hands its private events on: at once those that were not handed on before, and after each ingest the new
 * ones. They come from the chain itself, never from what was offered to it; nothing is decrypted.
 */
export async function hydrateChain<Chain extends ChainStore>(
  chain: Chain,
  { mailbox, gateStore, onError }: HydrationOptions,
): Promise<Chain> {
  const inTurn = createTaskQueue();
  const followers = [
    ...(mailbox === undefined ? [] : [directMessages(mailbox)]),
    ...(gateStore === undefined ? [] : [gateMessages(gateStore)]),
  ].map((receiver) => followChain(chain, receiver));
  const hydrate = async (): Promise<void> => {
    // Each by itself: a mailbox that is broken holds up no gate message.
    for (const follow of followers) await follow().catch(onError);
  };

  await inTurn(hydrate);
  return {
    ...chain,
    ingest: async (events, options) => {
      const ingested = await chain.ingest(events, options);
      if (ingested.accepted > 0) await inTurn(hydrate);
      return ingested;
    },
  };
}
