import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

type Json = Readonly<Record<string, unknown>>;

const spellings: readonly (readonly [RegExp, string])[] = [
  // The visualizer makes a machine of the definition and would take what needs no event, round and round, without guards.
  [/^$/, 'always'],
  [/^xstate\.done\.actor\./, 'done.invoke.'],
  [/^xstate\.error\.actor\./, 'error.platform.'],
  [/^xstate\.done\.state\./, 'done.state.'],
  // XState 4 writes `xstate.after(…)#…`, but the visualizer calls such a delay by its name, which it does not have, and
  // throws each time it draws. The delay is a name or a number, and so without a dot.
  [/^xstate\.after\.([^.]+)\.(.+)$/, 'after.$1.$2'],
];

/** The type of an event of XState 5 as XState 4 spells it. */
export function v4EventType(type: string): string {
  for (const [spelling, v4] of spellings) if (spelling.test(type)) return type.replace(spelling, v4);
  return type;
}

/** The definition of a machine of XState 5, as one of XState 4: without anything that would be run. */
export function v4Definition(machine: AnyStateMachine): Json {
  return { ...definition(machine.root), context: {} };
}

function definition(node: AnyStateNode): Json {
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

function transition(given: AnyTransitionDefinition): Json {
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
function action(given: unknown): Json {
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
