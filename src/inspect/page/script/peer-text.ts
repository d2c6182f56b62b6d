import type { PeerRule, PeerWhy } from '../../../explain/why.ts';
import { countdownText, relativeText } from './time-text.ts';

const ruleTones: Readonly<Record<PeerRule, string>> = {
  'may be asked': 'good',
  cooldown: 'odd',
  'retry-after': 'bad',
  disabled: 'calm',
  excluded: 'calm',
  'not a sync peer': 'calm',
};

/** The tone of a peer, by whether it may be asked. */
export function peerTone({ peerUrl, rule }: PeerWhy, asking: string): string {
  return peerUrl === asking ? 'busy' : ruleTones[rule];
}

/** Whether it may be asked, in a word or two, with what is left of its wait. */
export function peerWord({ peerUrl, rule, nextAskAt }: PeerWhy, asking: string, now: number): string {
  if (peerUrl === asking) return 'being asked';
  const left = nextAskAt === null ? 0 : nextAskAt - now;
  return left > 0 ? `${rule === 'retry-after' ? 'Retry-After' : rule} ${countdownText(left)}` : rule;
}

/** The rest that is known of it, on one line. */
export function peerFacts(
  { detail, retryAfter }: PeerWhy,
  record: Readonly<Record<string, unknown>>,
  now: number,
): string {
  const { failure_count: failures, last_sync_ok_at: okAt } = record;
  return [
    retryAfter === null
      ? ''
      : `Retry-After "${retryAfter.header}" (${retryAfter.form}${retryAfter.clamped ? ', held to an hour' : ''}), over ${relativeText(retryAfter.until, now)}`,
    typeof failures === 'number' && failures > 0
      ? `${failures} ${failures === 1 ? 'failure' : 'failures'} in a row`
      : '',
    typeof okAt === 'number' && okAt > 0 ? `last good ${relativeText(okAt, now)}` : '',
    detail.replace(/\s+/g, ' ').trim(),
  ]
    .filter((fact) => fact !== '')
    .join(' · ');
}
