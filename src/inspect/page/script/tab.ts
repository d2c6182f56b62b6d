import type { InspectorView } from '../../inspector-view.ts';
import type { Connection } from './feed.ts';
import type { Moment } from './model.ts';
import { stateWord } from './now-panel.tsx';
import { countdownText } from './time-text.ts';
import { glyphOf, toneOf } from './tones.ts';

interface TabParts {
  readonly moment: Moment | undefined;
  readonly worker: string;
  readonly overview: InspectorView['overview'];
  readonly connection: Connection;
  readonly isReplay: boolean;
}

/** Sets the title and the icon of the tab to the state, by name and tone, even if the tab is hidden. */
export function showTab({ moment, worker, overview, connection, isReplay }: TabParts): void {
  const isLost = connection.kind === 'lost' && !isReplay;
  const fleet = isLost || moment !== undefined ? undefined : overview?.fleet;
  const condition = fleet !== undefined ? 'idle' : isLost || moment === undefined ? 'lost' : moment.condition;
  const left = moment === undefined ? 0 : moment.why.nextRunAt - moment.at;
  // Timers of a hidden tab are unreliable, so its title has no countdown.
  const countdown = isLost || document.hidden || isReplay ? '' : left > 0 ? countdownText(left) : 'due';
  const counted = fleet === undefined ? 'no feed' : `${overview?.total ?? 0} workers`;
  const word = isLost || moment === undefined ? counted : stateWord(moment);
  const trouble = condition === 'stuck' ? 'stuck' : '';
  const shown = condition === 'stopped' || moment === undefined ? '' : countdown;
  const title = [
    `${glyphOf(condition)} ${word}`,
    trouble,
    shown,
    isReplay ? 'replay' : '',
    fleet?.name ?? worker,
  ]
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
