import type { VNode } from 'preact';
import { durationText, fromNow } from '../../../explain/time-text.ts';
import type { FleetOverview, WorkersOverview } from '../../inspector-view.ts';
import { Mark, Row, Section } from './parts.tsx';
import { countdownText, utcText } from './time-text.ts';
import { toneOf } from './tones.ts';

/** A process that was not heard for so long may be gone, in seconds. */
const SILENT_SECONDS = 15;

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

/** How the alarms of a fleet stand, and what keeps it from its work. */
export function alarmWords({ alarms, paused }: FleetOverview): string {
  const { delayed, waiting, active, late } = alarms;
  return [
    `${delayed.toLocaleString('en')} wait for their time`,
    `${waiting} for a process`,
    `${active} are looked at`,
    late > 0 ? `${late} are late` : '',
    paused ? 'an operator paused the queue' : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

interface FleetProps {
  readonly fleet: FleetOverview;
  readonly now: number;
}

/** The gates that are closed for the whole fleet. */
export function GatesPanel({ fleet: { closedGates }, now }: FleetProps): VNode {
  const { count, longest } = closedGates;
  const more = count > longest.length ? `; the ${longest.length} that stay so longest` : '';
  return (
    <Section id="gates" title="Closed gates" note={count === 0 ? 'None is closed' : `${count}${more}`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard */}
      <ul id="gates" tabIndex={0} aria-labelledby="gates-title">
        {longest.map(({ origin, closedUntil, header }) => (
          <Row
            key={origin}
            of=""
            tone="bad"
            title={origin}
            word={closedUntil > now ? countdownText(closedUntil - now) : 'open'}
            facts={`until ${utcText(closedUntil)}${header === '' ? '' : ` · Retry-After "${header}"`}`}
          />
        ))}
      </ul>
    </Section>
  );
}

/** Who works on the fleet. */
export function ProcessesPanel({ fleet: { processCount, processes }, now }: FleetProps): VNode {
  const more = processCount > processes.length ? `; the first ${processes.length}` : '';
  const note = processCount === 0 ? 'None: nobody looks at the workers' : `${processCount}${more}`;
  return (
    <Section id="processes" title="Processes" note={note}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard */}
      <ul id="processes" tabIndex={0} aria-labelledby="processes-title">
        {processes.map(({ process, about, seenAt }) => {
          const isSilent = now - seenAt > SILENT_SECONDS;
          return (
            <Row
              key={process}
              of=""
              tone={isSilent ? 'odd' : 'good'}
              title={about}
              word={isSilent ? `silent for ${durationText(now - seenAt)}` : 'works'}
              facts={isSilent ? `last heard ${fromNow(seenAt, now)}` : ''}
            />
          );
        })}
      </ul>
    </Section>
  );
}
