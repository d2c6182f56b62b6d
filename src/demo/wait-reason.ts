import type { Why } from '../explain/why.ts';
import type { SyncPolicy } from '../policy/sync-policy.ts';
import { durationText } from './duration-text.ts';

/** The rule that makes the worker wait, in a few words; '' for a worker that never ran. */
export function waitReason(
  { state, rule, peerUrl, consecutiveFailures }: Why,
  { intervalSeconds }: SyncPolicy,
  nameOf: (peerUrl: string) => string,
): string {
  if (state === 'idle') return '';
  switch (rule) {
    case 'interval':
      return `interval ${durationText(intervalSeconds)}`;
    case 'backoff':
      return `backoff after failure ${consecutiveFailures}`;
    case 'retry-after':
      return `Retry-After of ${nameOf(peerUrl)}`;
    case 'cooldown':
      return `cooldown of ${nameOf(peerUrl)}`;
    case 'floor':
      return 'a short pause between runs';
    default:
      return rule;
  }
}
