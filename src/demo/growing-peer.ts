import {
  type ChainStore,
  createEventAuthor,
  createInfonetPeer,
  createMemoryChain,
  type InfonetPeer,
} from '../infonet/index.ts';

/** A real peer whose chain grows with time, so that a puller finds something new at each run. */
export interface GrowingPeer extends InfonetPeer {
  readonly chain: ChainStore;
  /** Brings the chain up to now. */
  grow(): Promise<void>;
}

export interface GrowingPeerOptions {
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
  /** What each event says, its number behind it. */
  readonly greeting: string;
  /** Events it starts with; one is added each second. @default 3 */
  readonly firstEvents?: number;
}

/** Starts a peer that serves the events of one author, whose key is made for it. */
export async function startGrowingPeer(options: GrowingPeerOptions): Promise<GrowingPeer> {
  const { now, greeting, firstEvents = 3 } = options;
  const chain = createMemoryChain();
  const author = createEventAuthor();
  const startedAt = now();

  const append = async (): Promise<void> => {
    const sequence = chain.count() + 1;
    const timestamp = startedAt + sequence - firstEvents;
    const payload = { message: `${greeting} ${sequence}`, destination: 'broadcast' };
    const event = author.write({ head: chain.head(), sequence, timestamp, payload });
    const { refused } = await chain.ingest([event]);
    if (refused !== undefined) throw new Error(`the chain refused its own event: ${refused}`);
  };
  const catchUp = async (): Promise<void> => {
    const grown = firstEvents + Math.floor(now() - startedAt);
    while (chain.count() < grown) await append();
  };
  // One after the other: two at once would write two events on one head.
  let last: Promise<void> = Promise.resolve();
  const grow = (): Promise<void> => {
    last = last.then(catchUp);
    return last;
  };

  // Whoever hands requests on to it is one caller, however many peers it plays.
  const peer = await createInfonetPeer({ chain, now, requestsPerWindow: 10_000 });
  return { ...peer, chain, grow };
}
