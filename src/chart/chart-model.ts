/** A statechart as data: what its definition says, and nothing of how it is drawn. */
export interface ChartModel {
  readonly root: ChartState;
  readonly transitions: readonly ChartTransition[];
}

export interface ChartState {
  /** Path from the root, joined by dots; '' is the root. */
  readonly path: string;
  readonly key: string;
  readonly description: string;
  /** Path of the state that is entered first; undefined for a state without children. */
  readonly initial: string | undefined;
  /** Names of the actors that live as long as this state is active. */
  readonly invokes: readonly string[];
  readonly children: readonly ChartState[];
}

export type TriggerKind = 'event' | 'after' | 'done' | 'error' | 'always';

/** What sets a transition off; the name is that of an event, a delay or an actor, and '' for `always`. */
export interface ChartTrigger {
  readonly kind: TriggerKind;
  readonly name: string;
}

export interface ChartGuard {
  readonly name: string;
  /** A fixed parameter; '' if there is none or it is computed from the event. */
  readonly param: string;
}

export interface ChartTransition {
  /** `source:trigger:index`, the index being its place among the transitions of that trigger. */
  readonly id: string;
  readonly source: string;
  readonly trigger: ChartTrigger;
  /** Undefined: taken whenever no transition before it was. */
  readonly guard: ChartGuard | undefined;
  /** Whether transitions before it have the same trigger, so that without a guard it means "otherwise". */
  readonly isFallback: boolean;
  /** Undefined: the state is not left. */
  readonly target: string | undefined;
  /** Leaves its source and enters it again, where the target alone would not. */
  readonly reenter: boolean;
  readonly actions: readonly string[];
}

/** A state and all below it, in the order of the definition. */
export function statesOf(state: ChartState): ChartState[] {
  return [state, ...state.children.flatMap(statesOf)];
}

/** The trigger as it stands in a transition's id: `after.untilDue`, `sync.requested`. */
export function triggerId({ kind, name }: ChartTrigger): string {
  if (kind === 'event') return name;
  return name === '' ? kind : `${kind}.${name}`;
}
