import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { v4EventType } from './v4-event.ts';

/** A state node, as XState 4 defines one and can make one again. */
export interface V4Definition {
  readonly id: string;
  readonly key: string;
  readonly type: AnyStateNode['type'];
  readonly initial?: string;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly states: Readonly<Record<string, V4Definition>>;
  readonly on: Readonly<Record<string, readonly V4Transition[]>>;
  readonly entry: readonly V4Action[];
  readonly exit: readonly V4Action[];
  readonly invoke: readonly { readonly type: 'xstate.invoke'; readonly id: string; readonly src: string }[];
  readonly order: number;
  readonly tags: readonly string[];
  readonly description?: string;
  readonly history?: 'shallow' | 'deep';
}

interface V4Action {
  readonly type: string;
}

interface V4Transition {
  readonly eventType: string;
  readonly event: string;
  readonly source: string;
  readonly target?: readonly string[];
  readonly internal: boolean;
  readonly actions: readonly V4Action[];
  readonly cond?: { readonly type: 'xstate.guard'; readonly name: string };
  readonly description?: string;
}

/** The definition of a machine of XState 5, as one of XState 4: without anything that would be run. */
export function v4Definition(machine: AnyStateMachine): V4Definition {
  return { ...definition(machine.root), context: {} };
}

function definition(node: AnyStateNode): V4Definition {
  const [initial] = node.type === 'compound' ? (node.initial.target ?? []) : [];
  return {
    id: node.id,
    key: node.key,
    type: node.type,
    ...(initial === undefined ? {} : { initial: initial.key }),
    states: Object.fromEntries(Object.entries(node.states).map(([key, child]) => [key, definition(child)])),
    on: Object.fromEntries(
      [...node.transitions.values(), node.always ?? []]
        .filter(([first]) => first !== undefined)
        .map((candidates) => [v4EventType(candidates[0]?.eventType ?? ''), candidates.map(transition)]),
    ),
    entry: node.entry.filter(isNoTimer).map(action),
    exit: node.exit.filter(isNoTimer).map(action),
    invoke: node.invoke.map(({ id, src }) => ({ type: 'xstate.invoke', id, src: nameOf(src) })),
    order: node.order,
    tags: [...node.tags],
    ...(node.description === undefined ? {} : { description: node.description }),
    ...(node.history === false ? {} : { history: node.history }),
  };
}

function transition(given: AnyTransitionDefinition): V4Transition {
  const eventType = v4EventType(given.eventType);
  const { target, guard, description } = given;
  return {
    eventType,
    event: eventType,
    source: `#${given.source.id}`,
    ...(target === undefined ? {} : { target: target.map(({ id }) => `#${id}`) }),
    internal: !given.reenter,
    actions: given.actions.map(action),
    ...(guard === undefined ? {} : { cond: { type: 'xstate.guard', name: guardName(guard) } }),
    ...(description === undefined ? {} : { description }),
  };
}

/** XState 4 would run what has one of its own names, and fail: `xstate.assign` is called `assign`. */
function action(given: unknown): V4Action {
  return { type: nameOf(given).replace(/^xstate\./, '') };
}

/** XState 5 keeps the timers of a state among its entry and exit actions; they are in `on` already. */
function isNoTimer(given: unknown): boolean {
  return !/^xstate\.(raise|cancel)$/.test(nameOf(given));
}

function guardName(guard: unknown): string {
  const params = typeof guard === 'object' && guard !== null && 'params' in guard ? guard.params : undefined;
  return typeof params === 'string' ? `${nameOf(guard)}(${params})` : nameOf(guard);
}

/** What stands inline has the name of its function, or none. */
function nameOf(named: unknown): string {
  if (typeof named === 'string') return named;
  if (typeof named === 'function') return 'type' in named ? String(named.type) : named.name || 'inline';
  const isTyped = typeof named === 'object' && named !== null && 'type' in named;
  return isTyped && typeof named.type === 'string' ? named.type : 'inline';
}
