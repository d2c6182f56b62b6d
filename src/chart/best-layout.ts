import { arrangementsOf } from './arrangements.ts';
import { type ChartLayout, layOut } from './chart-layout.ts';
import type { ChartPlan } from './chart-plan.ts';
import type { PageMargins } from './elk-graph.ts';
import { evened } from './even-boxes.ts';
import { layoutCost } from './layout-cost.ts';
import { straightened } from './straight-ways.ts';

/** More find a better one now and then; each takes about 80 ms. */
const ARRANGEMENTS = 11;

/** Lays the plan out in several arrangements, and keeps the one that is easiest to read. */
export async function bestLayout(plan: ChartPlan, margins: PageMargins): Promise<ChartLayout> {
  let best = straightened(plan, await layOut(plan, margins));
  for (const arranged of arrangementsOf(plan, ARRANGEMENTS)) {
    const layout = straightened(arranged, await layOut(arranged, margins));
    if (layoutCost(layout) < layoutCost(best)) best = layout;
  }
  return evened(plan, best, margins);
}
