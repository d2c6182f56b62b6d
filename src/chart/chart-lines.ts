import {
  type ChartGuard,
  type ChartModel,
  type ChartTransition,
  type ChartTrigger,
  statesOf,
  type TriggerKind,
  triggerId,
} from './chart-model.ts';
import { type ChartFrame, findFrames, isLeaf } from './shared-frames.ts';

/** One arrow, or one line of text in a box. It stands for every transition that differs in its trigger alone. */
export interface ChartLine {
  /** Path of a state, or id of a frame. */
  readonly source: string;
  /** Undefined: the state goes to itself or is not left. */
  readonly target: string | undefined;
  /** Drawn as an arrow; else written in the box of its source. */
  readonly isArrow: boolean;
  readonly triggers: readonly ChartTrigger[];
  readonly guard: ChartGuard | undefined;
  readonly isFallback: boolean;
  readonly reenter: boolean;
  readonly actions: readonly string[];
  /** Ids of the transitions it stands for. */
  readonly transitions: readonly string[];
}

export interface ChartDrawing {
  readonly model: ChartModel;
  readonly frames: readonly ChartFrame[];
  readonly lines: readonly ChartLine[];
}

const triggerOrder: readonly TriggerKind[] = ['always', 'done', 'error', 'after', 'event'];

/** Turns transitions into the lines to be drawn; each transition is on exactly one of them. */
export function linesOf(model: ChartModel): ChartDrawing {
  const frames = findFrames(model);
  const framed = new Set(frames.flatMap(({ shared }) => shared.flatMap(({ ids }) => ids)));
  const leaves = new Set(
    statesOf(model.root)
      .filter(isLeaf)
      .map(({ path }) => path),
  );
  const lines = [
    ...frames.flatMap(({ id, members, shared }) =>
      shared.map(({ transition, ids, toItself }) => {
        const line = lineOf(transition, id, toItself, ids);
        // From all to one of them: an arrow within the frame would seem to start nowhere.
        return members.includes(line.target ?? '') ? { ...line, isArrow: false } : line;
      }),
    ),
    ...model.transitions
      .filter(({ id }) => !framed.has(id))
      .map((transition) => {
        const toItself = transition.target === transition.source && leaves.has(transition.source);
        return lineOf(transition, transition.source, toItself, [transition.id]);
      }),
  ];
  return { model, frames, lines: inOrder(merged(lines)) };
}

function lineOf(
  { target, trigger, guard, isFallback, reenter, actions }: ChartTransition,
  source: string,
  toItself: boolean,
  transitions: readonly string[],
): ChartLine {
  const left = toItself ? undefined : target;
  const isArrow = left !== undefined;
  return {
    source,
    target: left,
    isArrow,
    triggers: [trigger],
    guard,
    isFallback,
    reenter,
    actions,
    transitions,
  };
}

function merged(lines: readonly ChartLine[]): ChartLine[] {
  const byKey = new Map<string, ChartLine>();
  for (const line of lines) {
    const { source, target = '', guard, isFallback, reenter, actions } = line;
    const key = JSON.stringify([source, target, guard ?? isFallback, reenter, actions]);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, line);
    else {
      byKey.set(key, {
        ...known,
        triggers: inOrderOfKind([...known.triggers, ...line.triggers]),
        transitions: [...known.transitions, ...line.transitions],
        isFallback: known.isFallback && line.isFallback,
      });
    }
  }
  return [...byKey.values()];
}

function inOrderOfKind(triggers: readonly ChartTrigger[]): ChartTrigger[] {
  const byId = new Map(triggers.map((trigger) => [triggerId(trigger), trigger]));
  return [...byId.values()].sort((a, b) => rank(a) - rank(b));
}

function inOrder(lines: readonly ChartLine[]): ChartLine[] {
  const first = ({ triggers: [trigger] }: ChartLine): number => (trigger === undefined ? 0 : rank(trigger));
  const last = ({ guard, isFallback }: ChartLine): number => Number(guard === undefined && isFallback);
  return [...lines].sort((a, b) => first(a) - first(b) || last(a) - last(b));
}

function rank({ kind }: ChartTrigger): number {
  return triggerOrder.indexOf(kind);
}
