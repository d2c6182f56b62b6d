import { throwIfRefused } from '../../policy/throw-if-refused.ts';
import type { SyncFunction } from '../../schedule/attempt.ts';
import { createSyncWorker } from '../../worker/create-sync-worker.ts';
import type { Contender } from './contender.ts';

/** The shipped worker of this package. */
export const ourWorker: Contender = {
  name: 'ours',
  title: 'infonet-sync-worker',
  note: 'The shipped chart: exponential backoff for the worker and for each peer, never before a Retry-After is over.',
  start: (node) => {
    const sync: SyncFunction = async ({ peerUrl }, { signal, now }) => {
      const answer = await node.ask(peerUrl, signal);
      throwIfRefused(answer, { now: now() });
      return { head: answer.head };
    };
    const { peers, policy, storage, clock, random } = node;
    const worker = createSyncWorker({ sync, peers, policy, storage, clock, random });
    worker.start().catch(node.fail);
    return { stop: () => worker.stop() };
  },
};
