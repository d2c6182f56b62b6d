import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Chart } from '../../../explain/read-chart.ts';
import { eventLabel, lineText, lineTone, lineTypes } from './event-words.ts';
import { LineDetail } from './line-detail.tsx';
import type { PageLine } from './model.ts';
import { Section } from './parts.tsx';
import { clockText, utcText } from './time-text.ts';

/** Rows shown at first; a button shows more. */
const PAGE_ROWS = 200;

interface LogProps {
  readonly lines: readonly PageLine[];
  /** The number of the chosen line. */
  readonly cursor: number | undefined;
  readonly dropped: number;
  readonly chart: Chart;
  readonly peers: readonly string[];
  readonly choose: (number: number | undefined) => void;
  readonly save: () => void;
}

/** The events, newest first. The chosen one opens, and the whole page shows its moment. */
export function LogPanel({ lines, cursor, dropped, chart, peers, choose, save }: LogProps): VNode {
  const list = useRef<HTMLOListElement>(null);
  const [text, setText] = useState('');
  const [type, setType] = useState('');
  const [peer, setPeer] = useState('');
  const [pausedAt, setPausedAt] = useState<number>();
  const [rows, setRows] = useState(PAGE_ROWS);
  const newest = lines.at(-1)?.number ?? 0;
  const types = useMemo(() => [...new Set(lines.flatMap(lineTypes))].sort(), [lines]);
  const found = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const isFound = (line: PageLine): boolean =>
      line.number <= (pausedAt ?? newest) &&
      (type === '' || lineTypes(line).includes(type)) &&
      (peer === '' || mentions(line, peer)) &&
      (wanted === '' || `${lineTypes(line).join(' ')} ${lineText(line)}`.toLowerCase().includes(wanted));
    return lines.filter(isFound).toReversed();
  }, [lines, text, type, peer, pausedAt, newest]);
  const chosen = found.findIndex(({ number }) => number === cursor);
  const most = Math.max(rows, chosen + 1);

  useEffect(() => {
    if (cursor === undefined) return;
    list.current?.querySelector('[aria-expanded="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [cursor]);
  const go = (event: KeyboardEvent): void => {
    const next = {
      ArrowUp: chosen - 1,
      ArrowDown: chosen + 1,
      Home: 0,
      End: found.length - 1,
      Escape: -1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const line = next < 0 ? undefined : found[Math.min(next, found.length - 1)];
    choose(line?.number);
    const button =
      list.current?.querySelectorAll<HTMLElement>('.line')[Math.max(0, Math.min(next, found.length - 1))];
    button?.focus();
  };
  const note = [
    pausedAt === undefined ? 'newest first' : `${newest - pausedAt} new since the pause`,
    found.length < lines.length ? `${found.length} of ${lines.length} found` : `${lines.length} kept`,
    dropped > 0 ? `${dropped} came too fast and were dropped` : '',
  ];
  return (
    <Section
      id="log"
      title="Events"
      note={note.filter((part) => part !== '').join(' · ')}
      tools={
        <div class="tools">
          <button
            type="button"
            id="pause"
            aria-pressed={pausedAt !== undefined}
            onClick={() => setPausedAt(pausedAt === undefined ? newest : undefined)}
          >
            {pausedAt === undefined ? 'Pause' : 'Resume'}
          </button>
          <button type="button" id="save" onClick={save} title="For `sync-worker replay`">
            Save recording
          </button>
        </div>
      }
    >
      <search class="tools" aria-label="Events">
        <input
          type="search"
          id="log-search"
          aria-label="Text"
          placeholder="Search"
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <Choice id="log-type" label="Type" all="every type" options={types} choose={setType} />
        <Choice id="log-peer" label="Peer" all="every peer" options={peers} choose={setPeer} />
      </search>
      <ol id="log" ref={list} aria-labelledby="log-title" onKeyDown={go}>
        {found.slice(0, most).map((line, index) => (
          <LogRow
            key={line.number}
            line={line}
            chart={chart}
            isChosen={line.number === cursor}
            isFirst={index === Math.max(0, chosen)}
            choose={choose}
          />
        ))}
        {found.length > most && (
          <li>
            <button type="button" onClick={() => setRows(most + PAGE_ROWS)}>
              Older events
            </button>
          </li>
        )}
        {found.length === 0 && (
          <li class="note">{lines.length === 0 ? 'No event yet.' : 'No event matches.'}</li>
        )}
      </ol>
    </Section>
  );
}

interface LogRowProps {
  readonly line: PageLine;
  readonly chart: Chart;
  readonly isChosen: boolean;
  /** Whether the Tab key reaches it. */
  readonly isFirst: boolean;
  readonly choose: (number: number | undefined) => void;
}

function LogRow({ line, chart, isChosen, isFirst, choose }: LogRowProps): VNode {
  return useMemo(
    () => (
      <li class={isChosen ? 'chosen' : ''}>
        <button
          type="button"
          class="line"
          aria-expanded={isChosen}
          tabIndex={isFirst ? 0 : -1}
          onClick={() => choose(isChosen ? undefined : line.number)}
        >
          <time title={utcText(line.at)}>{clockText(line.at)}</time>{' '}
          <span class={`type ${lineTone(line)}`}>{eventLabel(line)}</span>{' '}
          <span class="text">{lineText(line)}</span>
        </button>
        {isChosen && <LineDetail line={line} chart={chart} />}
      </li>
    ),
    [line, chart, isChosen, isFirst],
  );
}

interface ChoiceProps {
  readonly id: string;
  readonly label: string;
  readonly all: string;
  readonly options: readonly string[];
  readonly choose: (option: string) => void;
}

function Choice({ id, label, all, options, choose }: ChoiceProps): VNode {
  return (
    <select id={id} aria-label={label} onChange={({ currentTarget }) => choose(currentTarget.value)}>
      <option value="">{all}</option>
      {options.map((option) => (
        <option key={option} value={option}>
          {option}
        </option>
      ))}
    </select>
  );
}

function mentions({ emitted, event, context }: PageLine, peer: string): boolean {
  const isAsked = emitted.some(({ peerUrl }) => peerUrl === peer) || context.run?.peer.peerUrl === peer;
  return isAsked || event?.['peerUrl'] === peer;
}
