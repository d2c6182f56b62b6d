import { figureNames, figureTexts } from '../figures/figures.ts';
import { figureCell } from './figure-text.ts';
import { settingLine } from './setting-line.ts';
import type { SimulationReport } from './simulation-report.ts';

/** A report for a terminal: the scenario, and a line for each contender. */
export function reportTable(report: SimulationReport): string {
  const { scenario, seed, contenders } = report;
  const rows = [
    ['', ...figureNames.map((name) => figureTexts[name].title)],
    ...contenders.map(({ title, figures }) => [
      title,
      ...figureNames.map((name) => figureCell(figures[name], figureTexts[name].unit)),
    ]),
  ];
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, index) => Math.max(most[index] ?? 0, cell.length)),
    [],
  );
  const lines = rows.map(([label = '', ...cells]) =>
    [label.padEnd(widths[0] ?? 0), ...cells.map((cell, index) => cell.padStart(widths[index + 1] ?? 0))].join(
      '  ',
    ),
  );
  return [`${scenario.title}, seed ${seed}`, settingLine(scenario), '', ...lines, ''].join('\n');
}
