import { inChild } from './in-child.ts';
import { type Watching, watchings } from './inspect-cycle.ts';
import type { InspectedMemory } from './inspect-memory.ts';
import { median } from './median.ts';
import { inRounds } from './rounds.ts';
import { showTable, verdict } from './table.ts';

const ROUNDS = 3;

const labels: Readonly<Record<Watching, string>> = {
  nothing: 'an embedded worker, not inspected',
  inspection: 'inspected, and nobody looks',
  page: 'one viewer of the local page',
  stately: 'one viewer of the Stately Inspector',
  classic: 'one viewer of the classic visualizer',
};

/** @param self the file that measures when it is started with a task */
export function reportInspection(self: string): string {
  const figures = inRounds(ROUNDS, watchings, (name) => inChild<number>([self, 'inspect', name]));
  const middle = (name: Watching): number => median(figures.get(name) ?? []);
  const { early, late, rate } = inChild<InspectedMemory>(['--expose-gc', self, 'inspect-memory']);
  const growth = late / early;
  return [
    showTable({
      title: 'Cycles a second of processor time',
      heads: ['cycles', '× not'],
      rows: watchings.map((name) => [
        labels[name],
        (1_000_000 / middle(name)).toFixed(0),
        (middle('nothing') / middle(name)).toFixed(2),
      ]),
    }),
    showTable({
      title: '\nA million events, one viewer of the page',
      heads: ['MB'],
      rows: [
        ['heap after 100,000', (early / 1e6).toFixed(2)],
        ['heap after 1,000,000', (late / 1e6).toFixed(2), verdict(growth, 1.25, ' ×')],
        ['events a second, by the clock', rate.toFixed(0)],
      ],
    }),
  ].join('\n');
}
