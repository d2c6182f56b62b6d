import type { SyncPolicy } from '../policy/sync-policy.ts';
import { durationText } from './duration-text.ts';

/** A policy in one line. */
export function policyText(policy: SyncPolicy): string {
  return [
    `a run every ${durationText(policy.intervalSeconds)}`,
    `after failures ${durationText(policy.failureBackoffSeconds)} doubling to ${durationText(policy.failureBackoffCapSeconds)}`,
    `stuck after ${durationText(policy.stuckAfterSeconds)}`,
  ].join(', ');
}
