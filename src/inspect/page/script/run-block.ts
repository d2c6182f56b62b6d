import type { InspectedRun } from '../../inspector-view.ts';
import { element, setTitle } from './element.ts';
import { runWords } from './run-text.ts';
import { createMark, tones } from './tones.ts';

/** A run as a block: its mark, and its attempts below, the first lowest. */
export interface RunBlock {
  readonly node: HTMLButtonElement;
  run: InspectedRun;
  /** What was drawn, to draw it only once. */
  drawn: string;
}

interface RunItem {
  readonly run: InspectedRun;
  readonly before: InspectedRun | undefined;
}

export function createRunBlock({ run }: RunItem): RunBlock {
  const node = element('button');
  node.type = 'button';
  return { node, run, drawn: '' };
}

export function showRunBlock(block: RunBlock, { run, before }: RunItem): void {
  block.run = run;
  const wait = before === undefined ? 0 : run.startedAt - (before.endedAt ?? before.startedAt);
  const words = runWords(run);
  const picture = `${words} ${wait} ${run.attempts.map(({ outcome }) => outcome).join(' ')}`;
  if (picture === block.drawn) return;
  block.drawn = picture;
  const { node } = block;
  node.className = `run ${tones[run.outcome]}`;
  node.setAttribute('aria-label', words);
  setTitle(node, words);
  node.style.setProperty('--wait', `${before === undefined ? 0 : Math.min(44, 4 + 3.4 * growth(wait))}px`);
  // However many there are, the block keeps to the height of the strip, and marks that find no room are left out.
  const most = Math.min(34, 110 / run.attempts.length);
  const attempts = run.attempts.map(({ outcome, durationSeconds }) => {
    const bar = element('span', `attempt ${tones[outcome]}`);
    bar.style.setProperty('--length', `${Math.min(most, 12 + 3 * growth(durationSeconds ?? 0))}px`);
    if (most >= 10) bar.append(createMark(outcome));
    return bar;
  });
  node.replaceChildren(createMark(run.outcome), ...attempts.reverse());
}

/** Logarithmic, so that a second and half an hour find room side by side. */
function growth(seconds: number): number {
  return Math.log2(1 + Math.max(0, seconds));
}
