import type { VNode } from 'preact';
import { durationText } from '../../../explain/time-text.ts';
import { type FleetOverview, SILENT_SECONDS, type WorkersOverview } from '../../inspector-view.ts';
import { Mark, Row, Section } from './parts.tsx';
import { countdownText, utcText } from './time-text.ts';
import { toneOf } from './tones.ts';

/** How many workers of a fleet are in each state. */
export function Counts({ counts }: Pick<WorkersOverview, 'counts'>): VNode {
  return (
    <ul id="counts" aria-labelledby="workers-title">
      {Object.entries(counts).map(([state, count]) => (
        <li key={state} class={count === 0 ? 'calm' : toneOf(state)}>
          <Mark of={state} /> <strong>{count.toLocaleString('en')}</strong> {state}
        </li>
      ))}
    </ul>
  );
}

/** The alarms of a fleet, and whether it is paused. */
export function alarmWords({ alarms, paused }: FleetOverview): string {
  const { delayed, waiting, active, late } = alarms;
  return [
    `${delayed.toLocaleString('en')} set for later`,
    `${waiting} waiting for a process`,
    `${active} being processed`,
    late > 0 ? `${late} late` : '',
    paused ? 'paused by an operator' : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

interface ListProps {
  readonly id: string;
  readonly title: string;
  readonly count: number;
  readonly none: string;
  readonly rows: readonly VNode[];
}

/** A count and the first rows of a list. */
function ListPanel({ id, title, count, none, rows }: ListProps): VNode {
  const more = count > rows.length ? `; the first ${rows.length} are shown` : '';
  return (
    <Section id={id} title={title} note={count === 0 ? none : `${count}${more}`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard */}
      <ul id={id} tabIndex={0} aria-labelledby={`${id}-title`}>
        {rows}
      </ul>
    </Section>
  );
}

interface FleetProps {
  readonly fleet: FleetOverview;
  readonly now: number;
}

/** The closed gates of the fleet; those that stay closed longest come first. */
export function GatesPanel({ fleet: { closedGates }, now }: FleetProps): VNode {
  const rows = closedGates.longest.map(({ origin, closedUntil, header }) => (
    <Row
      key={origin}
      of=""
      tone="bad"
      title={origin}
      word={closedUntil > now ? countdownText(closedUntil - now) : 'open'}
      facts={`until ${utcText(closedUntil)}${header === '' ? '' : ` · Retry-After "${header}"`}`}
    />
  ));
  return <ListPanel id="gates" title="Closed gates" count={closedGates.count} none="None" rows={rows} />;
}

/** The processes that work on the fleet. */
export function ProcessesPanel({ fleet: { processCount, processes }, now }: FleetProps): VNode {
  const rows = processes.map(({ process, about, seenAt }) => {
    const isSilent = now - seenAt > SILENT_SECONDS;
    return (
      <Row
        key={process}
        of=""
        tone={isSilent ? 'odd' : 'good'}
        title={about}
        word={isSilent ? `silent for ${durationText(now - seenAt)}` : 'at work'}
      />
    );
  });
  const none = 'No process is at work';
  return <ListPanel id="processes" title="Processes" count={processCount} none={none} rows={rows} />;
}
