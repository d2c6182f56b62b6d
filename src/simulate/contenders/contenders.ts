import { describe } from '../../policy/wire-fields.ts';
import type { Contender } from './contender.ts';

/** A contender that comes with the package. */
export type ContenderName =
  | 'ours'
  | 'constant'
  | 'full-jitter'
  | 'decorrelated-jitter'
  | 'cockatiel'
  | 'p-retry'
  | 'undici';

/** Each loader imports a contender, and the library it uses, on demand. */
const contenders: Readonly<Record<ContenderName, () => Promise<Contender>>> = {
  ours: async () => (await import('./our-worker.ts')).ourWorker,
  constant: async () => (await import('./backoff-loops.ts')).constantWait,
  'full-jitter': async () => (await import('./backoff-loops.ts')).fullJitter,
  'decorrelated-jitter': async () => (await import('./backoff-loops.ts')).decorrelatedJitter,
  cockatiel: async () => (await import('./cockatiel.ts')).cockatiel,
  'p-retry': async () => (await import('./p-retry.ts')).pRetryLibrary,
  undici: async () => (await import('./undici-retry-agent.ts')).undiciRetryAgent,
};

/** The contenders that come with the package, ours first. */
export const contenderNames: readonly ContenderName[] = Object.keys(contenders) as ContenderName[];

/** @throws RangeError for an unknown name */
export function checkContenderName(name: string): ContenderName {
  const found = contenderNames.find((one) => one === name);
  if (found !== undefined) return found;
  throw new RangeError(`contender is ${describe(name)}; allowed is ${contenderNames.join(', ')}`);
}

export function loadContender(name: ContenderName): Promise<Contender> {
  return contenders[name]();
}
