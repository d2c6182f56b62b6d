import pRetry from 'p-retry';
import type { Contender } from './contender.ts';
import { retryingLife } from './retrying-loop.ts';

/** https://github.com/sindresorhus/p-retry */
export const pRetryLibrary: Contender = {
  name: 'p-retry',
  title: 'p-retry',
  note: 'pRetry() with factor 2 and randomize; Retry-After is ignored.',
  start: (node) => {
    const { failureBackoffSeconds, failureBackoffCapSeconds } = node.policy;
    const options = {
      retries: Number.POSITIVE_INFINITY,
      factor: 2,
      minTimeout: failureBackoffSeconds * 1000,
      maxTimeout: failureBackoffCapSeconds * 1000,
      randomize: true,
    };
    return retryingLife(node, (pull) => pRetry(pull, options));
  },
};
