import { safeText } from '../policy/safe-text.ts';
import { ruleClause } from './rule-text.ts';
import { durationText, utcText } from './time-text.ts';
import type { PeerWhy, Why } from './why.ts';

/** Formats a `Why` as a few plain sentences; times are UTC. */
export function formatWhy(why: Why): string {
  return [stateSentence(why), nextSentence(why), boundedSentence(why), peersSentence(why)]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

function stateSentence(why: Why): string {
  const { state, since, asking, lastError, consecutiveFailures, started, peers } = why;
  const at = utcText(since);
  const stopped = started ? '' : 'The worker is not started. ';
  switch (state) {
    case 'idle':
      return `${stopped}The worker has not run yet.`;
    case 'running':
      return asking === ''
        ? `${stopped}The run that began at ${at} has no attempt under way.`
        : `${stopped}The worker has been running since ${at}, asking ${asking}.`;
    case 'ok':
      return `${stopped}The last run ended well at ${at}.`;
    case 'solo':
      return `${stopped}The worker has been solo since ${at}: there ${peers.some(isEnabled) ? 'was' : 'is'} no enabled sync peer.`;
    default:
      return `${stopped}The last run ended in ${state} at ${at}: ${reason(lastError)}; ${failures(consecutiveFailures)}.`;
  }
}

function nextSentence({
  started,
  asking,
  rule,
  nextRunAt,
  at,
  peerUrl,
  jitterSeconds,
  requested,
}: Why): string {
  // When a worker that is not started runs next depends on what its storage holds at the start.
  if (!started) return '';
  if (rule === 'due') return 'The next run is due now.';
  const when = `at ${utcText(nextRunAt)}, in ${durationText(nextRunAt - at)}`;
  if (asking !== '') return `If no answer comes, the run is stuck ${when}.`;
  const jitter = jitterSeconds > 0 ? `, with ${durationText(jitterSeconds)} of jitter` : '';
  const request = requested ? '; it was requested' : '';
  return `The next run is due ${when}, ${ruleClause({ rule, peerUrl })}${jitter}${request}.`;
}

function boundedSentence({ bounded }: Why): string {
  if (bounded === null) return '';
  const cause = bounded === 'clock' ? 'the clock was set back' : 'the policy became shorter';
  return `A wait was shortened to the longest that can be, because ${cause}.`;
}

function peersSentence({ peers, at }: Why): string {
  const held = peers.filter(({ rule }) => rule !== 'may be asked' && rule !== 'not a sync peer');
  if (held.length === 0) return '';
  const named = held.slice(0, 2).map((peer) => peerPart(peer, at));
  const more = held.length > 2 ? `; and ${held.length - 2} more` : '';
  return `Not asked now: ${named.join('; ')}${more}.`;
}

function peerPart({ peerUrl, rule, nextAskAt, detail, retryAfter }: PeerWhy, at: number): string {
  const until = nextAskAt === null ? '' : ` for ${durationText(nextAskAt - at)}`;
  if (rule === 'excluded') return `${peerUrl}, excluded: ${reason(detail)}`;
  if (rule !== 'retry-after') return `${peerUrl}, ${rule}${until}`;
  const clamped = retryAfter?.clamped === true ? ', held to an hour' : '';
  return `${peerUrl}, Retry-After${retryAfter === null ? '' : ` ("${safeText(retryAfter.header, 100)}"${clamped})`}${until}`;
}

/** After a peer is added, the worker is still solo until it asks that peer. */
function isEnabled({ nextAskAt }: PeerWhy): boolean {
  return nextAskAt !== null;
}

function failures(count: number): string {
  return count === 1 ? 'one failure' : `${count} failures in a row`;
}

/** An error as part of a sentence: shortened, and without a full stop. */
function reason(text: string): string {
  return safeText(text, 200).replace(/\.+$/, '') || 'no reason given';
}
