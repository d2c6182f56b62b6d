import { CLOCK_CHECK_SECONDS } from '../../clock/wall-clock.ts';
import { longestWait } from '../../policy/bounds.ts';
import { isSyncPeer } from '../../policy/peer-selection.ts';
import { MAX_RETRY_AFTER_SECONDS } from '../../policy/retry-after.ts';
import { MIN_RUN_GAP_SECONDS } from '../../policy/sync-policy.ts';
import type { Invariant } from './invariant.ts';

/**
 * A worker that has a peer to ask starts a run within the longest wait of its policy plus the longest cooldown of a peer, by time
 * that really passes, whatever clocks and storages say.
 */
export const nobodySilenced: Invariant = (breach) => {
  let since = 0;
  return {
    after: (entry, fold) => {
      const isNews = entry.kind === 'began' || (entry.kind === 'happened' && entry.happening.kind !== 'pass');
      const isRun = entry.kind === 'emitted' && !/^(storage|clock|fault|event)/.test(entry.event.type);
      if (isNews || isRun || !fold.isStarted || !fold.peers.some(isSyncPeer)) since = entry.elapsed;
      if (entry.kind !== 'settled') return;
      const { policy, run } = fold;
      const cooldown = Math.max(policy.failureBackoffCapSeconds, MAX_RETRY_AFTER_SECONDS);
      const longest = longestWait(policy) + cooldown + CLOCK_CHECK_SECONDS + 2 * MIN_RUN_GAP_SECONDS;
      const silent = entry.elapsed - since;
      if (silent > Math.max(longest, run?.stuckAfter ?? 0)) breach(`no peer was asked for ${silent} s`);
    },
  };
};
