import { ExponentialBackoff, handleAll, retry } from 'cockatiel';
import pRetry from 'p-retry';
import { type Contender, loopLife, type SimulatedNode, sleep, takeTurns } from './contender.ts';

/** Pulls until it succeeds, in a way of its own. */
type Retry = (pull: () => Promise<void>) => Promise<void>;

/** https://github.com/connor4312/cockatiel */
export const cockatiel: Contender = {
  name: 'cockatiel',
  title: 'cockatiel',
  note: 'retry() with its ExponentialBackoff, whose usual jitter is decorrelated; Retry-After is not read.',
  start: (node) => {
    const { failureBackoffSeconds, failureBackoffCapSeconds } = node.policy;
    const backoff = new ExponentialBackoff({
      initialDelay: failureBackoffSeconds * 1000,
      maxDelay: failureBackoffCapSeconds * 1000,
    });
    const policy = retry(handleAll, { maxAttempts: Number.MAX_SAFE_INTEGER, backoff });
    return loopLife(node, () => pullForEver(node, (pull) => policy.execute(pull)));
  },
};

/** https://github.com/sindresorhus/p-retry */
export const pRetryLibrary: Contender = {
  name: 'p-retry',
  title: 'p-retry',
  note: 'pRetry() with factor 2 and randomize; Retry-After is not read.',
  start: (node) => {
    const { failureBackoffSeconds, failureBackoffCapSeconds } = node.policy;
    const options = {
      retries: Number.POSITIVE_INFINITY,
      factor: 2,
      minTimeout: failureBackoffSeconds * 1000,
      maxTimeout: failureBackoffCapSeconds * 1000,
      randomize: true,
    };
    return loopLife(node, () => pullForEver(node, (pull) => pRetry(pull, options)));
  },
};

async function pullForEver(node: SimulatedNode, retrying: Retry): Promise<never> {
  const nextPeer = takeTurns(node);
  const pull = async (): Promise<void> => {
    const { ok, status } = await node.ask(nextPeer());
    if (!ok) throw new Error(`HTTP ${status}`);
  };
  for (;;) {
    await retrying(pull);
    await sleep(node, node.policy.intervalSeconds);
  }
}
