import {
  type ChartModel,
  type ChartState,
  type ChartTransition,
  statesOf,
  triggerId,
} from './chart-model.ts';
import { frameOf } from './node-ids.ts';

/** States that react alike to everything: what they share is drawn once, from a frame around them. */
export interface ChartFrame {
  readonly id: string;
  readonly members: readonly string[];
  readonly shared: readonly SharedTransition[];
}

/** One transition of the first member, which stands for the one in the same place of every other member. */
export interface SharedTransition {
  readonly transition: ChartTransition;
  /** Ids of the transitions it stands for, one a member. */
  readonly ids: readonly string[];
  /** Whether each member goes to itself. */
  readonly toItself: boolean;
}

/**
 * Finds the frames by comparing transitions: siblings without children whose reactions are the same in number, order,
 * trigger, guard, actions and target. One that differs in anything stays out, and its arrows are drawn from itself.
 *
 * `always` is left aside: it is taken on the way in, before a state settles.
 */
export function findFrames(model: ChartModel): ChartFrame[] {
  return statesOf(model.root).flatMap((parent) => {
    const groups: ChartTransition[][][] = [];
    for (const state of parent.children.filter(isLeaf)) {
      const reactions = reactionsOf(model, state);
      if (reactions.length === 0) continue;
      const group = groups.find((members) => share([...members, reactions]) !== undefined);
      if (group === undefined) groups.push([reactions]);
      else group.push(reactions);
    }
    return groups.flatMap((members) => (members.length < 2 ? [] : [framed(members)]));
  });
}

export function isLeaf(state: ChartState): boolean {
  return state.children.length === 0 && state.invokes.length === 0;
}

function reactionsOf(model: ChartModel, state: ChartState): ChartTransition[] {
  return model.transitions.filter(
    ({ source, trigger }) => source === state.path && trigger.kind !== 'always',
  );
}

function framed(members: readonly ChartTransition[][]): ChartFrame {
  const sources = members.flatMap(([first]) => (first === undefined ? [] : [first.source]));
  return { id: frameOf(sources), members: sources, shared: share(members) ?? [] };
}

/** What all members share, place by place; undefined if they differ anywhere. */
function share(members: readonly ChartTransition[][]): SharedTransition[] | undefined {
  const [first = []] = members;
  if (members.some((transitions) => transitions.length !== first.length)) return undefined;
  const shared: SharedTransition[] = [];
  for (const [place, transition] of first.entries()) {
    const same = members.flatMap((transitions) => transitions[place] ?? []);
    const toItself = same.every(({ source, target }) => source === target);
    if (!toItself && same.some(({ target }) => target !== transition.target)) return undefined;
    if (same.some((other) => reaction(other) !== reaction(transition))) return undefined;
    shared.push({ transition, ids: same.map(({ id }) => id), toItself });
  }
  return shared;
}

function reaction({ trigger, guard, isFallback, reenter, actions }: ChartTransition): string {
  return JSON.stringify([triggerId(trigger), guard, isFallback, reenter, actions]);
}
