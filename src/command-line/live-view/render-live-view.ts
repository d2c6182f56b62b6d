import { durationText } from '../../explain/time-text.ts';
import { safeText } from '../../policy/safe-text.ts';
import { cells, fitted, flowed, padded, wrapped } from './cell-text.ts';
import type { LivePeer, LivePeerRule, LiveViewModel, RunEnd } from './live-view-model.ts';
import { bar, createPaint, type Paint, type Tone } from './paint.ts';

/** The available space. */
export interface RenderOptions {
  /** Terminal cells in a line, at least 1. */
  readonly columns: number;
  /** Lines, at least 1. */
  readonly rows: number;
  readonly colour: boolean;
}

/** A line and its weight. If there are too few rows, lines with the greatest weight are dropped first. */
interface Line {
  readonly weight: number;
  readonly text: string;
  readonly kind?: 'peers' | 'peer';
}

const BETWEEN = ' · ';
/** Further peers are only counted. */
const MAX_PEERS = 12;
const MAX_NOTICE_LINES = 4;

/** The view as lines of text that fit the available columns and rows. */
export function renderLiveView(model: LiveViewModel, { columns, rows, colour }: RenderOptions): string {
  const paint = createPaint(colour);
  const lines: Line[] = [
    ...weighed(0, stateLines(model, columns, paint)),
    { weight: 3, text: barOf(model, columns, paint) },
    ...weighed(1, pullLines(model, columns)),
    ...weighed(2, noticeLines(model, columns, paint)),
    { weight: 5, text: 'Peers', kind: 'peers' },
    ...peerLines(model.peers.slice(0, MAX_PEERS), columns, paint).map((text, index) => ({
      weight: 6 + index / 1000,
      text,
      kind: 'peer' as const,
    })),
    { weight: 8, text: runStrip(model.runs, columns, paint) },
    ...weighed(4, factLines(model, columns)),
    ...weighed(9, whyLines(model, columns, paint)),
  ];
  const kept = heaviestDropped(lines, Math.max(1, rows));
  const visible = kept.filter(({ kind }) => kind === 'peer').length;
  return kept
    .map(({ kind, text }) => (kind === 'peers' ? peersTitle(model, visible) : text))
    .map((text) => fitted(text, Math.max(1, columns)))
    .join('\n');
}

function weighed(weight: number, texts: readonly string[]): Line[] {
  return texts.map((text, index) => ({ weight: weight + index / 1000, text }));
}

function heaviestDropped(lines: readonly Line[], rows: number): readonly Line[] {
  const byWeight = lines.toSorted((a, b) => a.weight - b.weight).slice(0, rows);
  const kept = new Set(byWeight);
  return lines.filter((line) => kept.has(line));
}

function stateLines({ state, countdown, failures }: LiveViewModel, columns: number, paint: Paint): string[] {
  const { secondsLeft, rule, asking } = countdown;
  const span = durationText(Math.ceil(secondsLeft));
  const parts =
    asking === ''
      ? [secondsLeft > 0 ? `next run in ${span}` : 'next run now', secondsLeft > 0 ? `set by ${rule}` : '']
      : [`asking ${asking}`, `stuck in ${span}`];
  const failed = failures === 0 ? '' : failures === 1 ? 'one failure' : `${failures} failures in a row`;
  return flowed([paint(state, `● ${state}`), ...parts, failed], columns, BETWEEN);
}

function barOf({ state, countdown, pull }: LiveViewModel, columns: number, paint: Paint): string {
  return bar(pull === undefined ? countdown.done : pull.accepted / pull.eventsAtMost, columns, state, paint);
}

/** The chain's length is not known, so the words say "at most". */
function pullLines({ pull }: LiveViewModel, columns: number): string[] {
  if (pull === undefined) return [];
  const { accepted, eventsAtMost, eventsPerSecond, pages, maxPages, secondsLeftAtMost } = pull;
  const left =
    secondsLeftAtMost === undefined ? '' : `at most ${durationText(Math.ceil(secondsLeftAtMost))} left`;
  return flowed(
    [
      `${accepted} of at most ${eventsAtMost} events`,
      eventsPerSecond > 0 ? `${Math.round(eventsPerSecond)} a second` : '',
      `page ${pages} of at most ${maxPages}`,
      left,
    ],
    columns,
    BETWEEN,
  );
}

function noticeLines({ notice }: LiveViewModel, columns: number, paint: Paint): string[] {
  if (notice === undefined) return [];
  const text = `! ${durationText(Math.floor(notice.secondsAgo))} ago: ${notice.text}`;
  return wrapped(text, columns)
    .slice(0, MAX_NOTICE_LINES)
    .map((line) => paint('error', line));
}

function peersTitle({ peers }: LiveViewModel, visible: number): string {
  if (peers.length === 0) return 'Peers none';
  const free = peers.filter(({ rule }) => rule === 'may be asked' || rule === 'being asked').length;
  const hidden = peers.length - visible;
  return `Peers ${free}/${peers.length} may be asked${hidden > 0 ? `, ${hidden} not shown` : ''}`;
}

/** One letter per result, readable without colours and in little space. */
const peerSigns: Readonly<Record<LivePeerRule, readonly [sign: string, tone: Tone, words: string]>> = {
  'being asked': ['>', 'running', 'being asked'],
  'may be asked': ['+', 'ok', 'may be asked'],
  cooldown: ['C', 'solo', 'cooldown'],
  'retry-after': ['R', 'solo', 'Retry-After'],
  disabled: ['-', 'idle', 'disabled'],
  excluded: ['x', 'idle', 'excluded'],
  removed: ['-', 'idle', 'removed'],
  'not a sync peer': ['-', 'idle', 'not a sync peer'],
};

/** From this width on, a peer's rule and failures are written in words. */
const WIDE = 56;

/** One line per peer: its sign, its name, and the time until it may be asked. */
function peerLines(peers: readonly LivePeer[], columns: number, paint: Paint): string[] {
  const isWide = columns >= WIDE;
  const names = peers.map(({ name }) => (isWide ? name : name.replace(/https?:\/\//, '')));
  const states = peers.map((peer) => (isWide ? inWords(peer) : left(peer)));
  // The state changes and is more important: it gets the space it needs, up to two thirds.
  const most = Math.max(0, columns - 3);
  const room = Math.min(Math.max(0, ...states.map(cells)), Math.floor((most * 2) / 3));
  const nameRoom = Math.min(Math.max(0, ...names.map(cells)), most - room);
  return peers.map((peer, index) => {
    const [sign, tone] = peerSigns[peer.rule];
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
    peerSigns[rule][2] + (remaining === '' ? '' : `, ${remaining} left`),
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

function factLines({ chain, okSecondsAgo }: LiveViewModel, columns: number): string[] {
  const head = chain === undefined || chain.head === '' ? '' : `head ${safeText(chain.head, 8)}`;
  const count = chain === undefined ? '' : `Chain ${chain.count} events`;
  const ok =
    okSecondsAgo === undefined ? 'never synced' : `synced ${durationText(Math.floor(okSecondsAgo))} ago`;
  return flowed([count, head, ok], columns, BETWEEN);
}

function whyLines({ why }: LiveViewModel, columns: number, paint: Paint): string[] {
  return wrapped(why, columns).map((line) => paint('faint', line));
}

const runSigns: Readonly<Record<RunEnd, string>> = {
  ok: '✓o',
  error: '✗e',
  fork: '⑂f',
  solo: '○s',
  stuck: '!t',
};

/** The last runs that fit, the newest at the end, and then the meaning of the signs if that fits too. */
function runStrip(runs: readonly RunEnd[], columns: number, paint: Paint): string {
  const title = 'Runs';
  if (runs.length === 0) return `${title} none yet`;
  const most = Math.max(1, Math.floor((columns - title.length) / 3));
  const visible = runs.slice(-most);
  const strip = `${title} ${visible.map((end) => paint(end, runSigns[end])).join(' ')}`;
  const kinds = [...new Set(visible)].map((end) => `${runSigns[end]} ${end}`).join(', ');
  const legend = `  ${paint('faint', `newest last: ${kinds}`)}`;
  return cells(strip + legend) <= columns ? strip + legend : strip;
}
