import type { VNode } from 'preact';
import { durationText, fromNow } from '../../../explain/time-text.ts';
import type { WorkerRow, WorkersOverview } from '../../inspector-view.ts';
import { Mark, Row, Section } from './parts.tsx';
import { countdownText } from './time-text.ts';

interface OverviewProps {
  readonly overview: WorkersOverview;
  /** The one that is shown. */
  readonly worker: string;
  readonly now: number;
  readonly isLost: boolean;
  readonly choose: (worker: string) => void;
  readonly search: (text: string) => void;
}

/** All workers, the worst first; a row chooses the one that is shown. */
export function OverviewPanel({ overview, worker, now, isLost, choose, search }: OverviewProps): VNode {
  const { total, counts, rows, found } = overview;
  const note = Object.entries(counts)
    .map(([condition, count]) => `${count} ${condition}`)
    .join(' · ');
  return (
    <Section
      id="workers"
      title={`${total} workers`}
      note={note}
      tools={
        <label class="tools">
          Search{' '}
          <input type="search" id="worker-search" onInput={(event) => search(event.currentTarget.value)} />
        </label>
      }
    >
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
          {rows.length} of {found} found are shown; search for the others.
        </p>
      )}
      {found === 0 && <p class="note">None is found.</p>}
    </Section>
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
