import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { eventLabel } from './event-words.ts';
import type { PageLine } from './model.ts';
import { Section } from './parts.tsx';
import { clockText, spanText } from './time-text.ts';
import { toneOf } from './tones.ts';

const MAX_MESSAGES = 40;
const MAX_PEERS = 6;
const ROW = 24;
const COLUMN = 132;
const TIMES = 70;

/** A message between two participants, or a step of the worker itself. Column 0 is the worker. */
interface Message {
  readonly at: number;
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly tone: string;
}

interface SequenceProps {
  readonly lines: readonly PageLine[];
  readonly choose: (number: number) => void;
}

/** A sequence diagram of the worker and its peers. */
export function SequencePanel({ lines, choose }: SequenceProps): VNode {
  const box = useRef<HTMLElement>(null);
  const { peers, messages } = sequenceOf(lines);
  useEffect(() => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [messages.at(-1)?.line]);
  const width = TIMES + (peers.length + 1) * COLUMN;
  const height = (messages.length + 1) * ROW + 12;
  const x = (column: number): number => TIMES + (column + 0.5) * COLUMN;
  return (
    <Section id="sequence" title="Sequence" note={`The last ${messages.length} messages, newest last`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard */}
      <section id="sequence" ref={box} tabIndex={0} aria-label="Messages in order">
        <svg width={width} height={height} role="img" aria-label="Sequence of attempts">
          {['worker', ...peers.map(hostOf)].map((name, column) => (
            <g key={column}>
              <path class="life" d={`M${x(column)} ${ROW}V${height}`} />
              <text class="name" x={x(column)} y={ROW - 8}>
                {cut(name, 20)}
              </text>
            </g>
          ))}
          {messages.map((message, index) => (
            <Arrow
              key={`${message.line} ${message.text}`}
              message={message}
              y={(index + 1.6) * ROW}
              x={x}
              width={width}
              gap={message.at - (messages[index - 1]?.at ?? message.at)}
              choose={choose}
            />
          ))}
        </svg>
      </section>
    </Section>
  );
}

interface ArrowProps {
  readonly message: Message;
  readonly y: number;
  readonly x: (column: number) => number;
  /** Of the picture: the whole row is clickable, not only its one-pixel lines. */
  readonly width: number;
  /** Seconds since the message before. */
  readonly gap: number;
  readonly choose: (number: number) => void;
}

function Arrow({ message, x, y, width, gap, choose }: ArrowProps): VNode {
  const { at, line, from, to, text, tone } = message;
  const [begin, end] = [x(from), x(to)];
  const side = Math.sign(end - begin);
  const path =
    side === 0
      ? `M${begin} ${y}h9`
      : `M${begin} ${y}H${end}M${end - 6 * side} ${y - 4}L${end} ${y}L${end - 6 * side} ${y + 4}`;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the same line is in the log, where the keyboard reaches it
    <g class={`message ${tone}`} onClick={() => choose(line)}>
      <title>{clockText(at)}</title>
      <rect x={0} y={y - ROW / 2} width={width} height={ROW} fill="none" pointer-events="all" />
      <text class="time" x={TIMES - 6} y={y + 4}>
        {gap > 1 ? `+ ${spanText(gap)}` : clockText(at)}
      </text>
      <path d={path} />
      <text
        class={side === 0 ? 'self' : ''}
        x={side === 0 ? begin + 13 : (begin + end) / 2}
        y={side === 0 ? y + 4 : y - 4}
      >
        {cut(text, side === 0 ? 60 : 22 * Math.abs(to - from))}
      </text>
    </g>
  );
}

function sequenceOf(lines: readonly PageLine[]): {
  readonly peers: readonly string[];
  readonly messages: readonly Message[];
} {
  const peers: string[] = [];
  const messages: Message[] = [];
  // Starting with the newest, as long as there is room.
  for (const line of lines.toReversed()) {
    if (messages.length >= MAX_MESSAGES) break;
    for (const message of messagesOf(line, peers).toReversed()) messages.unshift(message);
  }
  return { peers, messages };
}

function messagesOf(line: PageLine, peers: string[]): readonly Message[] {
  const { at, number, event, emitted } = line;
  const column = (peerUrl: string): number => {
    const known = peers.indexOf(peerUrl);
    if (known !== -1) return known + 1;
    return peers.length < MAX_PEERS ? peers.push(peerUrl) : MAX_PEERS;
  };
  const self = (text: string, tone: string): Message => ({ at, line: number, from: 0, to: 0, text, tone });
  const messages = emitted.flatMap(
    ({ type, peerUrl = '', outcome = '', error, durationSeconds }): Message[] => {
      switch (type) {
        case 'attempt.started':
          return [{ at, line: number, from: 0, to: column(peerUrl), text: 'attempt', tone: 'busy' }];
        case 'attempt.finished': {
          const text = `${error ?? outcome} (${spanText(durationSeconds ?? 0)})`;
          return [{ at, line: number, from: column(peerUrl), to: 0, text, tone: toneOf(outcome) }];
        }
        case 'run.stuck':
          return [{ at, line: number, from: 0, to: column(peerUrl), text: 'aborted: stuck', tone: 'bad' }];
        case 'run.finished':
          return [self(`run ended: ${outcome}`, toneOf(outcome))];
        case 'run.started':
          return [];
        default:
          return [self(type, 'calm')];
      }
    },
  );
  return event !== null && messages.length === 0 && line.from !== line.to
    ? [self(`${eventLabel(line)} → ${line.to || 'no actor'}`, 'calm')]
    : messages;
}

function hostOf(peerUrl: string): string {
  return URL.canParse(peerUrl) ? new URL(peerUrl).host || peerUrl : peerUrl;
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
