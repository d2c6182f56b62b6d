import { durationText } from '../../explain/time-text.ts';
import { cells, fitted, padded } from './cell-text.ts';
import type { LivePeer, LivePeerRule } from './live-view-model.ts';
import type { Paint, Tone } from './paint.ts';

/** A letter for each, so that it can be told without colours and in little room. */
const signs: Readonly<Record<LivePeerRule, readonly [sign: string, tone: Tone, words: string]>> = {
  'being asked': ['>', 'running', 'being asked'],
  'may be asked': ['+', 'ok', 'may be asked'],
  cooldown: ['C', 'solo', 'cooldown'],
  'retry-after': ['R', 'solo', 'Retry-After'],
  disabled: ['-', 'idle', 'disabled'],
  excluded: ['x', 'idle', 'excluded'],
  removed: ['-', 'idle', 'removed'],
  'not a sync peer': ['-', 'idle', 'not a sync peer'],
};

/** From this width on a peer has its rule and marks in words. */
const WIDE = 56;

/** One line for each peer: its sign, its name, and how long it is left alone. */
export function peerLines(peers: readonly LivePeer[], columns: number, paint: Paint): string[] {
  const isWide = columns >= WIDE;
  const names = peers.map(({ name }) => (isWide ? name : name.replace(/https?:\/\//, '')));
  const states = peers.map((peer) => (isWide ? inWords(peer) : left(peer)));
  // The state is what changes: it has the room it needs, up to two thirds.
  const most = Math.max(0, columns - 3);
  const room = Math.min(Math.max(0, ...states.map(cells)), Math.floor((most * 2) / 3));
  const nameRoom = Math.min(Math.max(0, ...names.map(cells)), most - room);
  return peers.map((peer, index) => {
    const [sign, tone] = signs[peer.rule];
    const state = fitted(states[index] ?? '', most - nameRoom);
    const name = names[index] ?? '';
    if (state === '') return `${paint(tone, sign)} ${fitted(name, most + 1)}`;
    return `${paint(tone, sign)} ${padded(fitted(name, nameRoom), nameRoom)} ${paint(tone, state)}`;
  });
}

function inWords(peer: LivePeer): string {
  const { rule, failures, okSecondsAgo, detail } = peer;
  const remaining = left(peer);
  return [
    signs[rule][2] + (remaining === '' ? '' : `, ${remaining} left`),
    failures === 0 ? '' : failures === 1 ? 'one failure' : `${failures} failures`,
    okSecondsAgo === undefined ? '' : `ok ${durationText(Math.floor(okSecondsAgo))} ago`,
    rule === 'excluded' || failures > 0 ? detail : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function left({ secondsLeft }: LivePeer): string {
  return secondsLeft === undefined ? '' : durationText(Math.ceil(secondsLeft));
}
