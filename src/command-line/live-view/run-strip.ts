import { cells } from './cell-text.ts';
import type { RunEnd } from './live-view-model.ts';
import type { Paint } from './paint.ts';

const signs: Readonly<Record<RunEnd, string>> = {
  ok: '✓o',
  error: '✗e',
  fork: '⑂f',
  solo: '○s',
  stuck: '!t',
};

/** The last runs, newest at the end, as many as there is room for; then what the signs mean, if that fits too. */
export function runStrip(runs: readonly RunEnd[], columns: number, paint: Paint): string {
  const title = 'Runs';
  if (runs.length === 0) return `${title} none yet`;
  const most = Math.max(1, Math.floor((columns - title.length) / 3));
  const visible = runs.slice(-most);
  const strip = `${title} ${visible.map((end) => paint(end, signs[end])).join(' ')}`;
  const kinds = [...new Set(visible)].map((end) => `${signs[end]} ${end}`).join(', ');
  const legend = `  ${paint('faint', `newest last: ${kinds}`)}`;
  return cells(strip + legend) <= columns ? strip + legend : strip;
}
