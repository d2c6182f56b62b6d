import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { fromNow } from '../../../explain/time-text.ts';
import { Mark, Row, Section } from './parts.tsx';
import type { Attempt, Run } from './runs.ts';
import { clockText, spanText, utcText } from './time-text.ts';
import { toneOf } from './tones.ts';

/** The last runs as blocks, and the chosen one in full. */
export function RunsPanel({ runs, at }: { readonly runs: readonly Run[]; readonly at: number }): VNode {
  const strip = useRef<HTMLFieldSetElement>(null);
  /** The start of the chosen run; undefined for the newest. */
  const [chosen, choose] = useState<number>();
  const newest = runs.length - 1;
  const found = runs.findIndex(({ startedAt }) => startedAt === chosen);
  const current = found === -1 ? newest : found;
  const run = runs[current];

  useEffect(() => {
    if (strip.current !== null && chosen === undefined) strip.current.scrollLeft = strip.current.scrollWidth;
  }, [runs.length, chosen]);
  const go = (event: KeyboardEvent): void => {
    const next = {
      ArrowLeft: current - 1,
      ArrowRight: current + 1,
      Home: 0,
      End: newest,
      Escape: newest,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const index = Math.min(newest, Math.max(0, next));
    choose(index === newest ? undefined : runs[index]?.startedAt);
    const button = strip.current?.querySelectorAll('button')[index];
    button?.focus();
  };
  return (
    <Section
      id="runs"
      title="Last runs"
      note="Each block is a run, with its attempts below its mark; the gap before it grows with the wait."
    >
      <fieldset id="runs" ref={strip} aria-labelledby="runs-title" onKeyDown={go}>
        {runs.map((one, index) => (
          <Block
            key={one.startedAt}
            run={one}
            wait={index === 0 ? 0 : one.startedAt - (runs[index - 1]?.endedAt ?? one.startedAt)}
            isChosen={index === current}
            choose={() => choose(index === newest ? undefined : one.startedAt)}
          />
        ))}
      </fieldset>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard */}
      <section id="run" tabIndex={0} aria-label="The chosen run">
        {run === undefined ? <p class="note">No run yet.</p> : <RunDetail run={run} at={at} />}
      </section>
    </Section>
  );
}

interface BlockProps {
  readonly run: Run;
  /** Seconds since the run before. */
  readonly wait: number;
  readonly isChosen: boolean;
  readonly choose: () => void;
}

function Block({ run, wait, isChosen, choose }: BlockProps): VNode {
  const { startedAt, endedAt, outcome, attempts } = run;
  const tries = `${attempts.length} ${attempts.length === 1 ? 'attempt' : 'attempts'}`;
  const length = endedAt === null ? 'under way' : `after ${spanText(endedAt - startedAt)}`;
  const words = `${outcome} ${length}, ${tries}, run of ${utcText(startedAt)}`;
  // The block always fits the height of the strip; if the attempts get too short, their marks are left out.
  const maxLength = Math.min(34, 110 / attempts.length);
  return (
    <button
      type="button"
      class={`run ${toneOf(outcome)}${isChosen ? ' chosen' : ''}`}
      style={{ '--wait': `${wait === 0 ? 0 : Math.min(44, 4 + 3.4 * growth(wait))}px` }}
      aria-label={words}
      aria-pressed={isChosen}
      title={words}
      tabIndex={isChosen ? 0 : -1}
      onClick={choose}
    >
      <Mark of={outcome} />
      {attempts.toReversed().map((attempt) => (
        <span
          key={`${attempt.startedAt} ${attempt.peerUrl}`}
          class={`attempt ${toneOf(attempt.outcome)}`}
          style={{ '--length': `${Math.min(maxLength, 12 + 3 * growth(attempt.durationSeconds ?? 0))}px` }}
        >
          {maxLength >= 10 && <Mark of={attempt.outcome} />}
        </span>
      ))}
    </button>
  );
}

/** Logarithmic, so that a second and half an hour fit side by side. */
function growth(seconds: number): number {
  return Math.log2(1 + Math.max(0, seconds));
}

function RunDetail({ run: { startedAt, endedAt, outcome, attempts }, at }: { run: Run; at: number }): VNode {
  const length = spanText((endedAt ?? at) - startedAt);
  return (
    <>
      <p class={`word ${toneOf(outcome)}`}>
        <Mark of={outcome} /> {outcome} {endedAt === null ? 'for' : 'after'} {length} · {utcText(startedAt)},{' '}
        {fromNow(startedAt, at)}
      </p>
      <ol>
        {attempts.map((attempt) => (
          <Row
            key={`${attempt.startedAt} ${attempt.peerUrl}`}
            of={attempt.outcome}
            title={
              <>
                <time>{clockText(attempt.startedAt)}</time> {attempt.peerUrl}
              </>
            }
            word={attemptWord(attempt)}
            facts={attempt.error}
          />
        ))}
      </ol>
    </>
  );
}

function attemptWord({ outcome, durationSeconds }: Attempt): string {
  return durationSeconds === null ? outcome : `${outcome} after ${spanText(durationSeconds)}`;
}
