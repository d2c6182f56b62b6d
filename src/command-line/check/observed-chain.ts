import { type ChainStore, createMemoryChain } from '../../infonet/chain/chain-store.ts';
import type { VerificationSeen } from './check-report.ts';

/** A chain of its own for one attempt, and what became of the events that were offered to it. */
export interface ObservedChain {
  readonly chain: ChainStore;
  /** Undefined if none were offered. */
  verification(): VerificationSeen | undefined;
}

/** Begins at genesis, and ends with the process: nothing that is kept is touched. */
export function createObservedChain(): ObservedChain {
  const chain = createMemoryChain();
  let seen: VerificationSeen | undefined;
  return {
    chain: {
      ...chain,
      ingest: async (events, options) => {
        const ingested = await chain.ingest(events, options);
        seen = { verified: ingested.accepted, of: events.length, refused: ingested.refused };
        return ingested;
      },
    },
    verification: () => seen,
  };
}
