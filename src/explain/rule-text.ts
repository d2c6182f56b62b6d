import type { WaitRule } from '../schedule/decide.ts';
import type { PeerRule } from './why.ts';

/** A readable name for each rule that sets the time of the next run. */
export const ruleNames: Readonly<Record<WaitRule, string>> = {
  interval: 'the usual interval',
  'catching up': 'catching up, because the peer has more',
  backoff: 'the backoff',
  'retry-after': 'the Retry-After',
  cooldown: 'the cooldown',
  'stuck limit': 'the stuck limit',
  floor: 'the pause between two runs',
  'local fault': 'the short wait after a fault on this side',
  spread: 'the spread of the start',
  due: 'nothing: it is due',
};

/** A readable name for each reason why a peer may or may not be asked. */
export const peerRuleNames: Readonly<Record<PeerRule, string>> = {
  'may be asked': 'may be asked',
  cooldown: 'cooldown',
  'retry-after': 'Retry-After',
  disabled: 'disabled',
  excluded: 'excluded',
  removed: 'removed',
  'not a sync peer': 'not a sync peer',
};

interface Ruled {
  readonly rule: WaitRule;
  /** The peer whose wait it is; '' if it is not a peer's. */
  readonly peerUrl: string;
}

/** The rule as it follows "set by". */
export function ruleText({ rule, peerUrl }: Ruled): string {
  return peerUrl === '' ? ruleNames[rule] : `${ruleNames[rule]} of ${peerUrl}`;
}

/** The rule as the end of a sentence: "The next run is due in 60 s, after the backoff". */
export function ruleClause({ rule, peerUrl }: Ruled): string {
  switch (rule) {
    case 'catching up':
      return 'because the peer has more';
    case 'local fault':
      return 'because the fault was on this side and may be over soon';
    case 'stuck limit':
      return 'when the abandoned run has reached its limit';
    case 'spread':
      return 'spread out after the start';
    default:
      return peerUrl === '' ? `after ${ruleNames[rule]}` : `when ${ruleNames[rule]} of ${peerUrl} is over`;
  }
}
