import type { Point } from './chart-geometry.ts';
import { element, rounded } from './svg-element.ts';

const CORNER = 6;
const HEAD_LENGTH = 8;
const HEAD_HALF_WIDTH = 4;

/** A way with rounded corners; the last piece ends in an arrow head. */
export function svgArrow(pieces: readonly (readonly Point[])[]): string {
  const last = pieces.at(-1) ?? [];
  const tip = last.at(-1);
  const before = last.at(-2);
  const head = tip === undefined || before === undefined ? '' : arrowHead(before, tip);
  const paths = pieces.map((points) => element('path', { class: 'way', d: roundedPath(points) }));
  return paths.join('') + head;
}

function roundedPath(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const [before, after] = [points[index - 1], points[index + 1]];
      if (before === undefined) return `M${at(point)}`;
      if (after === undefined) return `L${at(point)}`;
      const radius = Math.min(CORNER, distance(before, point) / 2, distance(point, after) / 2);
      return `L${at(toward(point, before, radius))}Q${at(point)} ${at(toward(point, after, radius))}`;
    })
    .join('');
}

function arrowHead(before: Point, tip: Point): string {
  const base = toward(tip, before, HEAD_LENGTH);
  const across = { x: (tip.y - base.y) / HEAD_LENGTH, y: (base.x - tip.x) / HEAD_LENGTH };
  const corner = (side: number): Point => ({
    x: base.x + across.x * side * HEAD_HALF_WIDTH,
    y: base.y + across.y * side * HEAD_HALF_WIDTH,
  });
  return element('path', { class: 'tip', d: `M${at(tip)}L${at(corner(1))}L${at(corner(-1))}Z` });
}

function toward(from: Point, to: Point, length: number): Point {
  const whole = distance(from, to);
  if (whole === 0) return from;
  return { x: from.x + ((to.x - from.x) / whole) * length, y: from.y + ((to.y - from.y) / whole) * length };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function at({ x, y }: Point): string {
  return `${rounded(x)} ${rounded(y)}`;
}
