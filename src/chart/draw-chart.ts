import type { AnyStateMachine } from 'xstate';
import { bestLayout } from './best-layout.ts';
import type { ChartLayout } from './chart-layout.ts';
import { linesOf } from './chart-lines.ts';
import { type ChartPlan, planOf } from './chart-plan.ts';
import { chartSvg, pageMargins } from './chart-svg.ts';
import type { ChartWords } from './chart-words.ts';
import { readChart } from './read-chart.ts';

export interface DrawnChart {
  readonly plan: ChartPlan;
  readonly layout: ChartLayout;
  readonly svg: string;
}

/** A machine's definition as a picture: the same definition gives the same SVG, to the byte. */
export async function drawChart(machine: AnyStateMachine, words: ChartWords): Promise<DrawnChart> {
  const plan = planOf(linesOf(readChart(machine)), words);
  const layout = await bestLayout(plan, pageMargins(plan));
  return { plan, layout, svg: chartSvg(plan, layout, words) };
}
