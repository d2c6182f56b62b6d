import { constantWait, decorrelatedJitter, fullJitter } from './backoff-loops.ts';
import type { Contender } from './contender.ts';
import { ourWorker } from './our-worker.ts';
import { cockatiel, pRetryLibrary } from './retry-libraries.ts';
import { undiciRetryAgent } from './undici-retry-agent.ts';

const contenders: readonly Contender[] = [
  ourWorker,
  constantWait,
  fullJitter,
  decorrelatedJitter,
  cockatiel,
  pRetryLibrary,
  undiciRetryAgent,
];

/** The contenders that come with the package, ours first. */
export const contenderNames: readonly string[] = contenders.map(({ name }) => name);

/** @throws RangeError for a name that none has */
export function contenderOf(name: string): Contender {
  const found = contenders.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new RangeError(`contender is ${JSON.stringify(name)}; allowed is ${contenderNames.join(', ')}`);
}
