import type { WaitRule, Why } from '../../schedule/why.ts';

const texts: Readonly<Record<WaitRule, string>> = {
  interval: 'the usual interval',
  backoff: 'the backoff',
  'retry-after': 'the Retry-After',
  cooldown: 'the cooldown',
  'stuck limit': 'the stuck limit',
  floor: 'the pause between two runs',
  due: 'due',
};

/** What sets the time of the next run, in a few words. */
export function ruleText({ rule, peerUrl }: Pick<Why, 'rule' | 'peerUrl'>): string {
  return peerUrl === '' ? texts[rule] : `${texts[rule]} of ${peerUrl}`;
}
