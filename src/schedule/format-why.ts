import { utcText } from './utc-text.ts';
import type { PeerWhy, Why } from './why.ts';

/** Says it in two or three plain sentences; times are UTC. */
export function formatWhy(why: Why): string {
  return [stateSentence(why), nextSentence(why), peersSentence(why)]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

function stateSentence({ state, since, asking, lastError, consecutiveFailures }: Why): string {
  const at = since > 0 ? ` since ${utcText(since)}` : '';
  switch (state) {
    case 'idle':
      return 'The worker has not run yet.';
    case 'running':
      return asking === ''
        ? `A run that began at ${utcText(since)} has no attempt behind it.`
        : `The worker is running${at}, asking ${asking}.`;
    case 'ok':
      return `The last run ended well at ${utcText(since)}.`;
    case 'solo':
      return `The worker is solo${at}: there is no enabled sync peer.`;
    default:
      return `The last run ended in ${state} at ${utcText(since)}: ${stripped(lastError)}; ${failures(consecutiveFailures)}.`;
  }
}

function nextSentence({ asking, rule, nextRunAt, at, peerUrl, jitterSeconds, requested }: Why): string {
  const when = `at ${utcText(nextRunAt)}, in ${span(nextRunAt - at)}`;
  if (rule === 'due') return 'The next run is due now.';
  if (asking !== '') return `If nothing comes, the run is stuck ${when}.`;
  const jitter = jitterSeconds > 0 ? `, with ${span(jitterSeconds)} of jitter` : '';
  const because: Record<typeof rule, string> = {
    interval: 'after the usual interval',
    backoff: 'after the backoff',
    'retry-after': `when the Retry-After of ${peerUrl} is over`,
    cooldown: `when the cooldown of ${peerUrl} is over`,
    'stuck limit': 'when the run is stuck',
    floor: 'after the pause between two runs',
  };
  return `The next run is due ${when}, ${because[rule]}${jitter}${requested ? '; it was asked for' : ''}.`;
}

function peersSentence({ peers, at }: Why): string {
  const held = peers.filter(({ rule }) => rule !== 'may be asked' && rule !== 'not a sync peer');
  if (held.length === 0) return '';
  const [first, second] = held.map((peer) => peerPart(peer, at));
  const more = held.length > 2 ? `; and ${held.length - 2} more` : '';
  return `Not to be asked: ${[first, second].filter(Boolean).join('; ')}${more}.`;
}

function peerPart({ peerUrl, rule, nextAskAt, detail, retryAfter }: PeerWhy, at: number): string {
  const until = nextAskAt === null ? '' : ` for ${span(nextAskAt - at)}`;
  const header =
    retryAfter === null ? '' : ` ("${retryAfter.header}"${retryAfter.clamped ? ', held to an hour' : ''})`;
  if (rule === 'retry-after') return `${peerUrl}, Retry-After${header}${until}`;
  if (rule === 'excluded') return `${peerUrl}, passed over: ${stripped(detail)}`;
  return `${peerUrl}, ${rule}${until}`;
}

function failures(count: number): string {
  return count === 1 ? 'one failure' : `${count} failures in a row`;
}

/** An error as a part of a sentence: on one line, of a length to read, without a full stop of its own. */
function stripped(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim().replace(/\.+$/, '');
  return line.length > 200 ? `${line.slice(0, 200)}…` : line || 'no reason given';
}

function span(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
