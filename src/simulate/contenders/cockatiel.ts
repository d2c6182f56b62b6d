import { ExponentialBackoff, handleAll, retry } from 'cockatiel';
import type { Contender } from './contender.ts';
import { retryingLife } from './retrying-loop.ts';

/** https://github.com/connor4312/cockatiel */
export const cockatiel: Contender = {
  name: 'cockatiel',
  title: 'cockatiel',
  note: 'retry() with its ExponentialBackoff, whose default jitter is decorrelated; Retry-After is ignored.',
  start: (node) => {
    const { failureBackoffSeconds, failureBackoffCapSeconds } = node.policy;
    const backoff = new ExponentialBackoff({
      initialDelay: failureBackoffSeconds * 1000,
      maxDelay: failureBackoffCapSeconds * 1000,
    });
    const policy = retry(handleAll, { maxAttempts: Number.MAX_SAFE_INTEGER, backoff });
    return retryingLife(node, (pull) => policy.execute(pull));
  },
};
