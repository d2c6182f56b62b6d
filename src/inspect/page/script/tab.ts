import type { Connection } from './feed.ts';
import type { Moment } from './model.ts';
import { stateWord } from './now-panel.tsx';
import { countdownText } from './time-text.ts';
import { glyphOf, toneOf } from './tones.ts';

/** The title and the icon of the tab: the state by name and tone, also where nothing else is drawn. */
export function showTab(
  moment: Moment | undefined,
  worker: string,
  connection: Connection,
  isReplay: boolean,
): void {
  const isLost = connection.kind === 'lost' && !isReplay;
  const condition = isLost || moment === undefined ? 'lost' : moment.condition;
  const left = moment === undefined ? 0 : moment.why.nextRunAt - moment.at;
  // A hidden tab has no clock that can be trusted to tick: it names the state alone.
  const countdown = isLost || document.hidden || isReplay ? '' : left > 0 ? countdownText(left) : 'due';
  const word = isLost || moment === undefined ? 'no feed' : stateWord(moment);
  const trouble = condition === 'stuck' ? 'stuck' : '';
  const shown = condition === 'stopped' ? '' : countdown;
  const title = [`${glyphOf(condition)} ${word}`, trouble, shown, isReplay ? 'replay' : '', worker]
    .filter((part) => part !== '')
    .join(' · ');
  if (document.title !== title) document.title = title;
  const tone = toneOf(condition);
  const icon = document.getElementById('icon');
  if (!(icon instanceof HTMLLinkElement) || icon.dataset['tone'] === condition) return;
  icon.dataset['tone'] = condition;
  const colour = getComputedStyle(document.documentElement).getPropertyValue(`--${tone}`).trim();
  const mark = document.getElementById(`mark-${condition}`)?.innerHTML ?? '';
  icon.href = `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="${colour}"/><g fill="none" stroke="#fff" stroke-width="2.4">${mark}</g></svg>`,
  )}`;
}
