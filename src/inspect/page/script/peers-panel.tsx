import type { VNode } from 'preact';
import { fromNow } from '../../../explain/time-text.ts';
import type { PeerRule, PeerWhy } from '../../../explain/why.ts';
import type { PeerRecord } from '../../../policy/peer-record.ts';
import type { Moment } from './model.ts';
import { Row, Section } from './parts.tsx';
import { countdownText, utcText } from './time-text.ts';

/** More would make the page slow. */
const MAX_PEERS = 200;

const ruleTones: Readonly<Record<PeerRule, string>> = {
  'may be asked': 'good',
  cooldown: 'odd',
  'retry-after': 'bad',
  disabled: 'calm',
  excluded: 'calm',
  removed: 'calm',
  'not a sync peer': 'calm',
};

/** The peers: whether each may be asked, when, and why not. */
export function PeersPanel({ moment }: { readonly moment: Moment }): VNode {
  const { why, at, context } = moment;
  const { peers } = why;
  const ready = peers.filter(({ rule }) => rule === 'may be asked').length;
  const more = peers.length > MAX_PEERS ? `; the first ${MAX_PEERS} are shown` : '';
  const note =
    peers.length === 0 ? 'No peer is known' : `${peers.length} known, ${ready} may be asked${more}`;
  return (
    <Section id="peers" title="Peers" note={note}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard */}
      <ul id="peers" tabIndex={0} aria-labelledby="peers-title">
        {peers.slice(0, MAX_PEERS).map((peer, index) => {
          const record = context.peers[index];
          const isAsked = peer.peerUrl === why.asking;
          return (
            <Row
              key={`${record?.bucket} ${peer.peerUrl}`}
              of=""
              tone={isAsked ? 'busy' : ruleTones[peer.rule]}
              title={peer.peerUrl}
              word={isAsked ? 'being asked' : peerWord(peer, at, why.started)}
              facts={record && peerFacts(peer, record, at)}
            />
          );
        })}
      </ul>
    </Section>
  );
}

/** Whether it may be asked, with a countdown of its wait, or the end of the wait if the worker is stopped. */
function peerWord({ rule, nextAskAt }: PeerWhy, now: number, started: boolean): string {
  if (nextAskAt === null || nextAskAt <= now) return rule;
  const name = rule === 'retry-after' ? 'Retry-After' : rule;
  return started ? `${name} ${countdownText(nextAskAt - now)}` : `${name} until ${utcText(nextAskAt)}`;
}

/** Further facts about a peer, on one line. */
function peerFacts({ detail, retryAfter }: PeerWhy, record: PeerRecord, now: number): string {
  const { failureCount, lastSyncOkAt, label } = record;
  return [
    label,
    retryAfter === null
      ? ''
      : `Retry-After "${retryAfter.header}" (${retryAfter.form}${retryAfter.clamped ? ', limited to an hour' : ''}), over ${fromNow(retryAfter.until, now)}`,
    failureCount > 0 ? `${failureCount} ${failureCount === 1 ? 'failure' : 'failures'} in a row` : '',
    lastSyncOkAt > 0 ? `last good ${fromNow(lastSyncOkAt, now)}` : '',
    detail.replace(/\s+/g, ' ').trim(),
  ]
    .filter((fact) => fact !== '')
    .join(' · ');
}
