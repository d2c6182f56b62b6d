export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** `x` and `y` are its upper left corner. */
export interface Box extends Point, Size {}

/** Whether two boxes share more than an edge, or come nearer than `gap`. */
export function overlap(a: Box, b: Box, gap = 0): boolean {
  return (
    a.x < b.x + b.width + gap &&
    b.x < a.x + a.width + gap &&
    a.y < b.y + b.height + gap &&
    b.y < a.y + a.height + gap
  );
}

/** The stretches between the points of a way, as boxes without an area. */
export function stretchesOf(points: readonly Point[]): Box[] {
  return points.slice(1).map((point, index) => {
    const { x, y } = points[index] ?? point;
    return {
      x: Math.min(x, point.x),
      y: Math.min(y, point.y),
      width: Math.abs(x - point.x),
      height: Math.abs(y - point.y),
    };
  });
}
