import { durationText } from '../../explain/time-text.ts';
import type { PeerGroup, Scenario } from '../scenario/scenario.ts';
import { numberText } from './figure-text.ts';

/** The workers, peers, duration and policy of a scenario, in one line. */
export function settingLine({ workers, peers, hours, policy }: Scenario): string {
  return [
    `${numberText(workers)} ${workers === 1 ? 'worker' : 'workers'}`,
    ...peers.map(groupText),
    `${durationText(hours * 3600)} of virtual time`,
    `policy: every ${durationText(policy.intervalSeconds)}, after a failure ${durationText(policy.failureBackoffSeconds)} and up to ${durationText(policy.failureBackoffCapSeconds)}, jitter ${policy.jitterRatio}, spread ${policy.spreadRatio}`,
  ].join(' · ');
}

function groupText({ count, requestsPerSecond, limit }: PeerGroup): string {
  const peers = `${numberText(count)} ${count === 1 ? 'peer' : 'peers'}`;
  const capacity = requestsPerSecond === 0 ? '' : ` of ${numberText(requestsPerSecond)} requests/s`;
  const whose = limit?.per === 'worker' ? ' a worker' : '';
  return limit === null
    ? `${peers}${capacity}`
    : `${peers}${capacity}, limited to ${numberText(limit.requestsPerMinute)}/min${whose}`;
}
