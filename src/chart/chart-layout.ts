import Elk from 'elkjs/lib/elk.bundled.js';
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import type { Box, Point, Size } from './chart-geometry.ts';
import { type ChartPlan, isTurned } from './chart-plan.ts';
import { edgeId, elkGraph, labelNodeId, type PageMargins } from './elk-graph.ts';

/** Where everything is, in pixels from the upper left corner of the page. */
export interface ChartLayout {
  readonly page: Size;
  /** By node. */
  readonly boxes: ReadonlyMap<string, Box>;
  /** By arrow. */
  readonly labels: ReadonlyMap<string, Box>;
  /** By arrow: its way from source to target, in two pieces where a label interrupts it. */
  readonly ways: ReadonlyMap<string, Way>;
}

export type Way = readonly (readonly Point[])[];

export async function layOut(plan: ChartPlan, margins: PageMargins): Promise<ChartLayout> {
  const page = await new Elk.default().layout(elkGraph(plan, margins));
  const known = new Map(placedNodes(page, { x: 0, y: 0 }));
  const { routes, inline } = placedEdges(page, known);
  const labels = new Map<string, Box>();
  const ways = new Map<string, Way>();
  for (const { arrow } of plan.arrows) {
    const label = known.get(labelNodeId(arrow.id)) ?? inline.get(edgeId(arrow.id, 1));
    if (label !== undefined) labels.set(arrow.id, label);
    const pieces = ([1, 2] as const).flatMap((piece) => {
      const points = routes.get(edgeId(arrow.id, piece));
      return points === undefined ? [] : [points];
    });
    const turned = isTurned(arrow, plan.homes);
    ways.set(arrow.id, turned ? pieces.map((points) => points.toReversed()).toReversed() : pieces);
  }
  const boxes = new Map(
    plan.nodes.flatMap(({ id }) => {
      const box = known.get(id);
      return box === undefined ? [] : [[id, box]];
    }),
  );
  return { page: { width: page.width ?? 0, height: page.height ?? 0 }, boxes, labels, ways };
}

function placedNodes(node: ElkNode, origin: Point): [string, Box][] {
  const { id, width = 0, height = 0, children = [] } = node;
  const at = moved(node, origin);
  return [[id, { ...at, width, height }], ...children.flatMap((child) => placedNodes(child, at))];
}

/** ELK counts an edge's points from the corner of the node that contains it. */
function placedEdges(
  node: ElkNode,
  boxes: ReadonlyMap<string, Point>,
): { routes: Map<string, Point[]>; inline: Map<string, Box> } {
  const routes = new Map<string, Point[]>();
  const inline = new Map<string, Box>();
  for (const edge of edgesWithin(node)) {
    const origin = boxes.get(edge.container ?? node.id) ?? { x: 0, y: 0 };
    const points = (edge.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) => [
      startPoint,
      ...bendPoints,
      endPoint,
    ]);
    routes.set(
      edge.id,
      points.map((point) => moved(point, origin)),
    );
    for (const label of edge.labels ?? []) {
      const { width = 0, height = 0 } = label;
      inline.set(edge.id, { ...moved(label, origin), width, height });
    }
  }
  return { routes, inline };
}

function edgesWithin({ edges = [], children = [] }: ElkNode): ElkExtendedEdge[] {
  return [...edges, ...children.flatMap(edgesWithin)];
}

function moved({ x = 0, y = 0 }: { x?: number; y?: number }, origin: Point): Point {
  return { x: x + origin.x, y: y + origin.y };
}
