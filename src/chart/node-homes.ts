import { choosersOf } from './chart-arrows.ts';
import type { ChartDrawing } from './chart-lines.ts';
import { type ChartState, statesOf } from './chart-model.ts';
import { choiceOf, ROOT, startOf } from './node-ids.ts';

/** By node, the node it lies in: a compound state, a frame, or the root. */
export type NodeHomes = ReadonlyMap<string, string>;

export function homesOf(drawing: ChartDrawing): NodeHomes {
  const { root } = drawing.model;
  const homes = new Map<string, string>();
  for (const child of root.children) settle(child, ROOT, drawing, homes);
  for (const { path, initial } of statesOf(root)) {
    if (initial !== undefined) homes.set(startOf(path), homes.get(initial) ?? path);
  }
  for (const path of choosersOf(drawing)) homes.set(choiceOf(path), homes.get(path) ?? ROOT);
  return homes;
}

function settle(state: ChartState, home: string, drawing: ChartDrawing, homes: Map<string, string>): void {
  const frame = drawing.frames.find(({ members }) => members.includes(state.path));
  if (frame !== undefined) homes.set(frame.id, home);
  homes.set(state.path, frame?.id ?? home);
  for (const child of state.children) settle(child, state.path, drawing, homes);
}

/** The node at the root of the drawing that holds a node, or is it. */
export function topOf(node: string, homes: NodeHomes): string {
  const home = homes.get(node) ?? ROOT;
  return home === ROOT ? node : topOf(home, homes);
}
