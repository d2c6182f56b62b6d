import { type Box, overlap, type Point, stretchesOf } from './chart-geometry.ts';
import type { ChartLayout } from './chart-layout.ts';
import type { ChartPlan } from './chart-plan.ts';

/** Steps aside up to this wide are taken out. */
const WIDEST_STEP = 24;
const FROM_CORNER = 14;
const FROM_OTHERS = 8;

/** The boxes along whose edge a piece of a way may begin and end elsewhere; undefined where it may not. */
interface Ends {
  readonly start: Box | undefined;
  readonly end: Box | undefined;
}

/** Takes small steps aside out of the ways, where that brings them near nothing else. */
export function straightened(plan: ChartPlan, layout: ChartLayout): ChartLayout {
  const ways = new Map(layout.ways);
  const leaves = plan.nodes.filter(({ holdsOthers }) => !holdsOthers).map(({ id }) => id);
  for (const { arrow } of plan.arrows) {
    const way = ways.get(arrow.id) ?? [];
    const obstacles = [
      ...[...ways].filter(([id]) => id !== arrow.id).flatMap(([, other]) => other.flatMap(uprights)),
      ...[...layout.labels].filter(([id]) => id !== arrow.id).map(([, box]) => box),
      ...leaves
        .filter((id) => id !== arrow.from && id !== arrow.to)
        .flatMap((id) => layout.boxes.get(id) ?? []),
    ];
    const straight = way.map((points, index) => {
      const start = index === 0 ? layout.boxes.get(arrow.from) : undefined;
      const end = index === way.length - 1 ? layout.boxes.get(arrow.to) : undefined;
      return withoutSteps(points, { start, end }, obstacles);
    });
    ways.set(arrow.id, straight);
  }
  return { ...layout, ways };
}

function withoutSteps(points: readonly Point[], ends: Ends, obstacles: readonly Box[]): Point[] {
  for (let at = 1; at + 2 < points.length; at += 1) {
    const [a, b] = [points[at], points[at + 1]];
    if (a === undefined || b === undefined || a.y !== b.y || Math.abs(a.x - b.x) > WIDEST_STEP) continue;
    const after = moved(points, at + 1, a.x, ends, obstacles);
    const before = after ?? moved(points, at - 1, b.x, ends, obstacles);
    if (before !== undefined) return withoutSteps(before.toSpliced(at, 2), ends, obstacles);
  }
  return [...points];
}

/** The way with the upright stretch after point `at` moved to `x`; undefined if it may not stand there. */
function moved(
  points: readonly Point[],
  at: number,
  x: number,
  { start, end }: Ends,
  obstacles: readonly Box[],
): Point[] | undefined {
  const [top, bottom] = [points[at], points[at + 1]];
  if (top === undefined || bottom === undefined || top.x !== bottom.x) return undefined;
  if (at === 0 && !reaches(start, x)) return undefined;
  if (at + 2 === points.length && !reaches(end, x)) return undefined;
  const stretch = stretchesOf([
    { x, y: top.y },
    { x, y: bottom.y },
  ]);
  const blocked = stretch.some((box) => obstacles.some((obstacle) => overlap(box, obstacle, FROM_OTHERS)));
  if (blocked) return undefined;
  return points.map((point, index) => (index === at || index === at + 1 ? { x, y: point.y } : point));
}

function reaches(box: Box | undefined, x: number): boolean {
  return box !== undefined && x >= box.x + FROM_CORNER && x <= box.x + box.width - FROM_CORNER;
}

function uprights(points: readonly Point[]): Box[] {
  return stretchesOf(points).filter(({ width, height }) => width === 0 && height > 0);
}
