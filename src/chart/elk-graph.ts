import type { ElkExtendedEdge, ElkNode, ElkPort, LayoutOptions } from 'elkjs/lib/elk-api.js';
import { type ChartPlan, isOuter, isTurned, type PlannedArrow, type PlannedNode } from './chart-plan.ts';
import { topOf } from './node-homes.ts';
import { isChoice, isFrame, isStart, ROOT } from './node-ids.ts';

/** Around the whole picture; what is below holds the legend. */
export interface PageMargins {
  readonly above: number;
  readonly side: number;
  readonly below: number;
}

const spacing: LayoutOptions = {
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  // An arrow that leads back goes round the boxes, and enters its target from below.
  'elk.layered.feedbackEdges': 'true',
  'elk.layered.spacing.nodeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeNodeBetweenLayers': '10',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '9',
  'elk.spacing.nodeNode': '14',
  'elk.spacing.edgeNode': '12',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '0',
};

/** The plan in the terms of ELK's layered layout, which gives the same places to the same graph. */
export function elkGraph(plan: ChartPlan, { above, side, below }: PageMargins): ElkNode {
  const labels = plan.arrows.flatMap((planned) => labelNode(planned, plan));
  const childrenOf = (home: string): ElkNode[] => [
    ...plan.nodes
      .filter(({ id }) => plan.homes.get(id) === home)
      .map((node) => elkNode(node, childrenOf(node.id))),
    ...labels.filter((label) => label.home === home).map(({ node }) => node),
  ];
  return {
    id: 'page',
    layoutOptions: {
      ...spacing,
      'elk.algorithm': 'layered',
      'elk.direction': 'DOWN',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.padding': `[top=${above},left=${side},right=${side},bottom=${below}]`,
    },
    children: childrenOf(ROOT),
    edges: plan.arrows.flatMap((planned) => edgesOf(planned, plan)),
  };
}

/** The node that stands for an arrow's label, for an arrow from box to box. */
export function labelNodeId(arrowId: string): string {
  return `label:${arrowId}`;
}

/** An arrow's pieces: one, or two with the label between them. */
export function edgeId(arrowId: string, piece: 1 | 2): string {
  return `${arrowId}#${piece}`;
}

function elkNode({ id, width, height, holdsOthers }: PlannedNode, children: ElkNode[]): ElkNode {
  if (holdsOthers) {
    // Arrows come to a frame from above, and leave all other boxes below: the words are at the other end.
    const [top, bottom] = isFrame(id) ? [16, height + 4] : [height, 16];
    const padding = `[top=${top},left=14,right=14,bottom=${bottom}]`;
    return { id, children, layoutOptions: { ...spacing, 'elk.padding': padding } };
  }
  if (isStart(id))
    return { id, width, height, layoutOptions: { 'elk.layered.layering.layerConstraint': 'FIRST' } };
  if (!isChoice(id)) return { id, width, height };
  // One way out for all answers, so that they share their line as far as they can.
  const ports = [port(`${id}:out`, 'SOUTH'), port(`${id}:in`, 'SOUTH'), port(`${id}:up`, 'NORTH')];
  return { id, width, height, ports, layoutOptions: { 'elk.portConstraints': 'FIXED_SIDE' } };
}

function port(id: string, side: 'NORTH' | 'SOUTH'): ElkPort {
  return { id, width: 0, height: 0, layoutOptions: { 'elk.port.side': side } };
}

function crossesBoxes({ arrow }: PlannedArrow, { homes }: ChartPlan): boolean {
  return topOf(arrow.from, homes) !== topOf(arrow.to, homes);
}

/** ELK would put every label of an arrow between boxes outside both; as a node it can use the room within. */
function labelNode(planned: PlannedArrow, plan: ChartPlan): { home: string; node: ElkNode }[] {
  const { arrow, label } = planned;
  if (label === undefined || !crossesBoxes(planned, plan)) return [];
  const id = labelNodeId(arrow.id);
  const upper = isTurned(arrow, plan.homes) ? arrow.to : arrow.from;
  const node: ElkNode = {
    id,
    width: label.width,
    height: label.height,
    ports: [port(`${id}:in`, 'NORTH'), port(`${id}:out`, 'SOUTH')],
    layoutOptions: { 'elk.portConstraints': 'FIXED_SIDE' },
  };
  return [{ home: isOuter(arrow, plan.homes) ? ROOT : topOf(upper, plan.homes), node }];
}

function edgesOf(planned: PlannedArrow, plan: ChartPlan): ElkExtendedEdge[] {
  const { arrow, label } = planned;
  const turned = isTurned(arrow, plan.homes);
  const tail = turned ? choicePort(arrow.to, 'in') : choicePort(arrow.from, 'out');
  const head = turned ? choicePort(arrow.from, 'up') : choicePort(arrow.to, 'in');
  const first = edgeId(arrow.id, 1);
  if (label === undefined) return [{ id: first, sources: [tail], targets: [head] }];
  if (crossesBoxes(planned, plan)) {
    const node = labelNodeId(arrow.id);
    return [
      { id: first, sources: [tail], targets: [`${node}:in`] },
      { id: edgeId(arrow.id, 2), sources: [`${node}:out`], targets: [head] },
    ];
  }
  const layoutOptions = {
    'elk.edgeLabels.inline': 'true',
    'elk.edgeLabels.placement': 'CENTER',
    'elk.layered.edgeLabels.centerLabelPlacementStrategy': leavesItsBox(planned, plan)
      ? 'TAIL_LAYER'
      : 'MEDIAN_LAYER',
  };
  const { width, height } = label;
  return [
    { id: first, sources: [tail], targets: [head], labels: [{ text: first, width, height, layoutOptions }] },
  ];
}

/** The label of such an arrow finds room beside the box it leaves. */
function leavesItsBox({ arrow }: PlannedArrow, { homes }: ChartPlan): boolean {
  return isStart(arrow.to) && homes.get(arrow.from) !== homes.get(arrow.to);
}

function choicePort(id: string, way: 'in' | 'out' | 'up'): string {
  return isChoice(id) ? `${id}:${way}` : id;
}
