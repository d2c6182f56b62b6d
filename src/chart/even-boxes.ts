import { type Box, overlap } from './chart-geometry.ts';
import type { ChartLayout } from './chart-layout.ts';
import type { ChartPlan } from './chart-plan.ts';
import type { PageMargins } from './elk-graph.ts';
import { stretchesOfWay } from './layout-cost.ts';
import { ROOT } from './node-ids.ts';

/** Makes the boxes that stand below each other as wide as the page, where nothing passes beside them. */
export function evened(plan: ChartPlan, layout: ChartLayout, { side }: PageMargins): ChartLayout {
  const boxes = new Map(layout.boxes);
  const outer = plan.nodes
    .filter(({ id, holdsOthers }) => holdsOthers && plan.homes.get(id) === ROOT)
    .map(({ id }) => id);
  const [left, right] = [side, layout.page.width - side];
  for (const id of outer) {
    const box = boxes.get(id);
    if (box === undefined) continue;
    const beside = [
      ...outer.filter((other) => other !== id).flatMap((other) => boxes.get(other) ?? []),
      ...layout.labels.values(),
      ...[...layout.ways.values()].flatMap(stretchesOfWay),
    ];
    const free = (strip: Box): boolean => !beside.some((other) => overlap(strip, other));
    const end = box.x + box.width;
    const from = free({ ...box, x: left, width: box.x - left }) ? left : box.x;
    const to = free({ ...box, x: end, width: right - end }) ? right : end;
    boxes.set(id, { ...box, x: from, width: to - from });
  }
  return { ...layout, boxes };
}
