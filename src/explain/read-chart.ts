/** A statechart's definition in readable words, for the picture, the diagram and the inspector. @internal */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

export interface Chart {
  /** The root comes first, and each state before its substates. */
  readonly states: readonly ChartState[];
  readonly edges: readonly ChartEdge[];
}

export interface ChartState {
  /** Keys from the root, joined by dots; '' for the root. */
  readonly path: string;
  readonly key: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly entry: ChartActions;
  /** The actors that the state invokes. */
  readonly invokes: readonly string[];
  /** The path of its initial substate; undefined if it has no substates. */
  readonly initial: string | undefined;
}

export interface ChartEdge {
  /** `source:trigger:index`; the index counts the transitions of that trigger. */
  readonly id: string;
  readonly source: string;
  /** What triggers it: 'after backoff', 'peer.seen'; '' for an `always` transition. */
  readonly trigger: string;
  /** 'else' if it has no guard but follows guarded transitions; '' if there is no guard at all. */
  readonly guard: string;
  /** Undefined for a transition without a target. */
  readonly target: string | undefined;
  /** Whether it exits and re-enters its source. */
  readonly reenter: boolean;
  readonly actions: ChartActions;
}

export interface ChartActions {
  /** In order, without `emit` and `raise` actions. */
  readonly does: readonly string[];
  /** Types of the emitted events. */
  readonly emits: readonly string[];
  readonly raises: readonly string[];
}

/** All states and transitions of a machine, in the order of its definition. */
export function readChart({ root, implementations }: AnyStateMachine): Chart {
  const actions = (named: readonly unknown[]): ChartActions => {
    const names = named.map(nameOf);
    const raised = names.map((name) => raisedBy(implementations.actions[name]));
    return {
      does: names.filter((name, index) => !isEmit(name) && raised[index] === undefined).map(inWords),
      emits: names.filter(isEmit).map((name) => inWords(name.slice('emit'.length)).replaceAll(' ', '.')),
      raises: raised.filter((type) => type !== undefined),
    };
  };
  const nodes = withDescendants(root);
  return {
    states: nodes.map((node) => ({
      path: pathOf(node),
      key: node.key,
      description: node.description ?? '',
      tags: node.tags,
      // Not `node.entry`: it also contains the timers of `after`.
      entry: actions([node.config.entry ?? []].flat()),
      invokes: node.invoke.map(({ src }) => nameOf(src)),
      initial: node.type === 'compound' ? node.initial.target.map(pathOf)[0] : undefined,
    })),
    edges: nodes.flatMap((node) =>
      [...node.transitions.values(), node.always ?? []].flatMap((candidates) =>
        candidates.map((transition, index) => ({
          id: transitionId(transition),
          source: pathOf(node),
          trigger: triggerText(triggerOf(transition)),
          guard:
            transition.guard === undefined ? (index > 0 ? 'else' : '') : inWords(nameOf(transition.guard)),
          target: transition.target?.map(pathOf)[0],
          reenter: transition.reenter,
          actions: actions(transition.actions),
        })),
      ),
    ),
  };
}

/** A transition's id in the picture (`data-edge`) and in the inspector: `ok:after.interval:0`. */
export function transitionId(transition: AnyTransitionDefinition): string {
  const { source, eventType } = transition;
  const candidates = eventType === '' ? source.always : source.transitions.get(eventType);
  const index = candidates?.indexOf(transition) ?? -1;
  return `${pathOf(source)}:${triggerOf(transition).filter(Boolean).join('.')}:${index}`;
}

type Trigger = readonly [kind: 'always' | 'after' | 'done' | 'error' | '', name: string];

/** XState writes a timer as `xstate.after.<delay>.<state>` and the end of an actor as `xstate.done.actor.<id>`. */
function triggerOf({ source, eventType }: AnyTransitionDefinition): Trigger {
  if (eventType === '') return ['always', ''];
  const after = source.after.find((delayed) => delayed.eventType === eventType);
  if (after !== undefined) return ['after', String(after.delay)];
  for (const { id, src } of source.invoke) {
    if (eventType === `xstate.done.actor.${id}`) return ['done', nameOf(src)];
    if (eventType === `xstate.error.actor.${id}`) return ['error', nameOf(src)];
  }
  return ['', eventType];
}

function triggerText([kind, name]: Trigger): string {
  switch (kind) {
    case 'always':
      return '';
    case 'after':
      return `after ${inWords(name)}`;
    case 'done':
      return `${inWords(name)} ended`;
    case 'error':
      return `${inWords(name)} threw`;
    case '':
      return name;
  }
}

function withDescendants(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(withDescendants)];
}

function pathOf(node: AnyStateNode): string {
  return node.path.join('.');
}

/** The name of an actor, a guard or an action; for an inline function, the function's name. */
function nameOf(named: unknown): string {
  if (typeof named === 'string') return named;
  if (typeof named === 'function') return named.name || 'inline';
  const type = typeof named === 'object' && named !== null && 'type' in named ? named.type : undefined;
  return typeof type === 'string' ? type : 'inline';
}

const isEmit = (name: string): boolean => /^emit[A-Z]/.test(name);

function raisedBy(action: unknown): string | undefined {
  const isRaise = typeof action === 'function' && 'type' in action && action.type === 'xstate.raise';
  return isRaise && 'event' in action ? nameOf(action.event) : undefined;
}

/** `wasHeldByAll`: 'was held by all'. */
function inWords(name: string): string {
  return name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}
