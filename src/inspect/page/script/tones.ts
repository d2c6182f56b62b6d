import type { SyncOutcome } from '../../../policy/sync-worker-state.ts';
import type { InspectedRun } from '../../inspector-view.ts';

/** What has a colour and a mark of its own, so that no colour alone tells anything. */
export type Shown = SyncOutcome | InspectedRun['outcome'];

/** The tones of the chart, for the same states. */
export const tones: Readonly<Record<Shown, string>> = {
  idle: 'calm',
  running: 'busy',
  ok: 'good',
  error: 'bad',
  fork: 'odd',
  solo: 'alone',
  stuck: 'bad',
};

const svg = 'http://www.w3.org/2000/svg';

/** The mark of an outcome; its colour is that of the text around it. */
export function createMark(shown: Shown): SVGSVGElement {
  const mark = document.createElementNS(svg, 'svg');
  mark.setAttribute('class', 'mark');
  mark.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', `#mark-${shown}`);
  mark.append(use);
  return mark;
}
