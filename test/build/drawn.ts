import type { Box } from '../../src/build/chart-places.ts';
import type { Point } from '../../src/build/draw-chart.ts';

/** Whether two boxes share more than an edge. */
export function overlap([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box): boolean {
  return ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah;
}

export function within([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box): boolean {
  return ax >= bx && ay >= by && ax + aw <= bx + bw && ay + ah <= by + bh;
}

export function isOnEdge([px, py]: Point, [x, y, width, height]: Box): boolean {
  const isUpright = (px === x || px === x + width) && py >= y && py <= y + height;
  const isLevel = (py === y || py === y + height) && px >= x && px <= x + width;
  return isUpright || isLevel;
}

export function pairs<Item>(items: readonly Item[]): (readonly [Item, Item])[] {
  return items.flatMap((item, index) => items.slice(index + 1).map((other) => [item, other] as const));
}

/** The stretches of an arrow as boxes without a width or a height. */
export function stretchesOf(points: readonly Point[]): Box[] {
  return points.slice(1).map(([x, y], index) => {
    const [fromX, fromY] = points[index] ?? [x, y];
    return [Math.min(x, fromX), Math.min(y, fromY), Math.abs(x - fromX), Math.abs(y - fromY)];
  });
}
