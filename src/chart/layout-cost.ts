import { type Box, stretchesOf } from './chart-geometry.ts';
import type { ChartLayout, Way } from './chart-layout.ts';

/** README pages show a picture about this wide without shrinking it. */
const PAGE_WIDTH = 840;

/** How hard a layout is to read: crossings first of all, then bends, then long ways and a large page. */
export function layoutCost({ ways, page }: ChartLayout): number {
  const stretches = [...ways.values()].map(stretchesOfWay);
  const lengths = stretches.flat().map(({ width, height }) => width + height);
  return (
    120 * crossings(stretches) +
    20 * lengths.length +
    lengths.reduce((sum, length) => sum + length, 0) +
    8 * Math.max(0, page.width - PAGE_WIDTH) +
    2 * page.height
  );
}

export function stretchesOfWay(way: Way): Box[] {
  return way.flatMap(stretchesOf);
}

function crossings(ways: readonly (readonly Box[])[]): number {
  let count = 0;
  for (const [index, way] of ways.entries()) {
    for (const other of ways.slice(index + 1)) {
      count += way.filter((a) => other.some((b) => cross(a, b) || cross(b, a))).length;
    }
  }
  return count;
}

function cross(upright: Box, level: Box): boolean {
  return (
    upright.width === 0 &&
    level.height === 0 &&
    level.x < upright.x &&
    upright.x < level.x + level.width &&
    upright.y < level.y &&
    level.y < upright.y + upright.height
  );
}
