import type { ChartPlan } from './chart-plan.ts';
import { isFrame } from './node-ids.ts';

/**
 * The same plan in `count` other orders than that of the definition. The layout takes nodes and arrows as they come,
 * and what comes first decides which lines cross.
 */
export function arrangementsOf(plan: ChartPlan, count: number): ChartPlan[] {
  return Array.from({ length: count }, (_, index) => {
    const draw = numbersFrom(index + 1);
    const nodes = shuffled(plan.nodes, draw);
    return {
      ...plan,
      // Frames are laid out last and so stand below.
      nodes: [...nodes.filter(({ id }) => !isFrame(id)), ...nodes.filter(({ id }) => isFrame(id))],
      arrows: shuffled(plan.arrows, draw),
    };
  });
}

/** Fisher and Yates. */
function shuffled<Item>(items: readonly Item[], draw: () => number): Item[] {
  const left = [...items];
  const taken: Item[] = [];
  while (left.length > 0) {
    const at = Math.ceil(draw() * left.length) - 1;
    taken.unshift(...left.splice(Math.max(0, at), 1));
  }
  return taken;
}

/** Numbers above 0 and up to 1, the same for the same seed: the picture must not change by itself. */
function numbersFrom(seed: number): () => number {
  let state = Math.imul(seed, 104729);
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
}
