import type { Why } from '../../explain/why.ts';
import type { WaitRule } from '../../schedule/decide.ts';

const texts: Readonly<Record<WaitRule, string>> = {
  interval: 'the usual interval',
  'catching up': 'catching up: the peer has more',
  backoff: 'the backoff',
  'retry-after': 'the Retry-After',
  cooldown: 'the cooldown',
  'stuck limit': 'the stuck limit',
  floor: 'the pause between two runs',
  'local fault': 'a fault on this side',
  spread: 'the spread of the start',
  due: 'due',
};

/** What sets the time of the next run, in a few words. */
export function ruleText({ rule, peerUrl }: Pick<Why, 'rule' | 'peerUrl'>): string {
  return peerUrl === '' ? texts[rule] : `${texts[rule]} of ${peerUrl}`;
}
