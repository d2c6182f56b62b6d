import type { InspectedAttempt, InspectedRun } from '../../inspector-view.ts';
import { element } from './element.ts';
import { clockText, relativeText, spanText, utcText } from './time-text.ts';
import { createMark, tones } from './tones.ts';

/** Shows a run in full, and does so anew only if something is new. */
export function showRun(place: HTMLElement, run: InspectedRun, now: number): void {
  const { startedAt, endedAt, outcome, attempts } = run;
  const length = spanText((endedAt ?? now) - startedAt);
  const head = `${outcome} ${endedAt === null ? `for ${length}` : `after ${length}`} · ${utcText(startedAt)}, ${relativeText(startedAt, now)}`;
  const drawn = JSON.stringify([head, attempts]);
  if (place.dataset['drawn'] === drawn) return;
  place.dataset['drawn'] = drawn;
  const title = element('p', tones[outcome]);
  title.append(createMark(outcome), head);
  const list = element('ol');
  list.append(...attempts.map(attemptRow));
  place.replaceChildren(title, list);
}

function attemptRow({ peerUrl, startedAt, durationSeconds, outcome, error }: InspectedAttempt): HTMLElement {
  const row = element('li', tones[outcome]);
  const words = `${outcome}${durationSeconds === null ? '' : ` after ${spanText(durationSeconds)}`}`;
  row.append(
    createMark(outcome),
    element('time', '', clockText(startedAt)),
    ' ',
    element('span', 'url', peerUrl),
    ' ',
    element('span', 'word', words),
  );
  if (error !== '') {
    const reason = element('p', 'facts', error);
    reason.title = error;
    row.append(reason);
  }
  return row;
}
