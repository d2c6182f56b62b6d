import type { VNode } from 'preact';
import { durationText, fromNow } from '../../../explain/time-text.ts';
import type { FleetOverview, WorkerRow, WorkersOverview } from '../../inspector-view.ts';
import { alarmWords, Counts } from './fleet-panels.tsx';
import { Mark, Row, Section } from './parts.tsx';
import { countdownText, utcText } from './time-text.ts';

interface OverviewProps {
  readonly overview: WorkersOverview;
  /** The shown worker. */
  readonly worker: string;
  readonly now: number;
  readonly isLost: boolean;
  readonly choose: (worker: string) => void;
  readonly search: (text: string) => void;
  /** For a fleet: why no worker is shown. */
  readonly remarks: readonly string[];
}

/** All workers, the worst first; a click on a row shows its worker. For a fleet, the counts, and one worker by its id. */
export function OverviewPanel(props: OverviewProps): VNode {
  const { overview, worker, choose, search, remarks } = props;
  const { total, counts, fleet } = overview;
  const note = Object.entries(counts)
    .map(([condition, count]) => `${count} ${condition}`)
    .join(' · ');
  const find = (event: Event & { readonly currentTarget: HTMLInputElement }): void => {
    const text = event.currentTarget.value;
    if (fleet === undefined) search(text);
    else choose(text.trim());
  };
  return (
    <Section
      id="workers"
      title={fleet === undefined ? `${total} workers` : `${total.toLocaleString('en')} workers`}
      note={fleet === undefined ? note : alarmWords(fleet)}
      tools={
        <label class="tools">
          {fleet === undefined ? 'Search' : 'Worker by its id'}{' '}
          <input
            type="search"
            id="worker-search"
            defaultValue={fleet === undefined ? '' : worker}
            onInput={find}
          />
        </label>
      }
    >
      {fleet === undefined ? (
        <Workers {...props} />
      ) : (
        <>
          <Counts counts={counts} />
          <p id="fleet-trouble" role="status">
            {[troubleOf(fleet, props.now), ...remarks].filter((line) => line !== '').join(' ')}
          </p>
        </>
      )}
    </Section>
  );
}

function troubleOf({ problem, quietUntil }: FleetOverview, now: number): string {
  if (problem !== '') return `No newer counts: ${problem}`;
  return quietUntil > now ? `Redis lost data: no peer is asked until ${utcText(quietUntil)}.` : '';
}

function Workers({ overview, worker, now, isLost, choose }: OverviewProps): VNode {
  const { rows, found } = overview;
  return (
    <>
      <ul id="workers" aria-labelledby="workers-title">
        {rows.map((row) => (
          <Row
            key={row.name}
            of={row.condition}
            title={
              <button
                type="button"
                class="link"
                aria-current={row.name === worker}
                onClick={() => choose(row.name)}
              >
                <Mark of={row.condition} /> {row.name}
              </button>
            }
            word={isLost ? '' : nextWord(row, now)}
            facts={rowFacts(row, now)}
          />
        ))}
      </ul>
      {found > rows.length && (
        <p class="note">
          Showing {rows.length} of {found}; search for the others.
        </p>
      )}
      {found === 0 && <p class="note">No worker matches.</p>}
    </>
  );
}

function nextWord({ next, condition }: WorkerRow, now: number): string {
  if (next === null) return 'stopped';
  if (next <= now) return 'due';
  return `${condition === 'running' ? 'stuck in' : 'next'} ${countdownText(next - now)}`;
}

function rowFacts({ condition, since, lastOkAt, failures }: WorkerRow, now: number): string {
  return [
    since === 0 ? `${condition}, never ran` : `${condition} for ${durationText(Math.floor(now - since))}`,
    `last good ${lastOkAt === 0 ? 'never' : fromNow(lastOkAt, now)}`,
    failures > 0 ? `${failures} ${failures === 1 ? 'failure' : 'failures in a row'}` : '',
  ]
    .filter((fact) => fact !== '')
    .join(' · ');
}
