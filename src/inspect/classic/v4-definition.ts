import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

type Json = Readonly<Record<string, unknown>>;

const spellings: readonly (readonly [RegExp, string])[] = [
  // The visualizer runs the definition without guards, and would follow transitions without an event in an endless loop.
  [/^$/, 'always'],
  [/^xstate\.done\.actor\./, 'done.invoke.'],
  [/^xstate\.error\.actor\./, 'error.platform.'],
  [/^xstate\.done\.state\./, 'done.state.'],
  // XState 4 writes `xstate.after(…)#…`, but then the visualizer looks the delay up by its name, does not find it, and throws
  // each time it draws. A delay is a name or a number, so it contains no dot.
  [/^xstate\.after\.([^.]+)\.(.+)$/, 'after.$1.$2'],
];

/** The type of an XState 5 event in XState 4's spelling. */
export function v4EventType(type: string): string {
  for (const [spelling, v4] of spellings) if (spelling.test(type)) return type.replace(spelling, v4);
  return type;
}

/** Converts the definition of an XState 5 machine to XState 4, without anything that would be executed. */
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

/** XState 4 would execute actions with its own names, and fail, so `xstate.assign` becomes `assign`. */
function action(given: unknown): Json {
  return { type: nameOf(given).replace(/^xstate\./, '') };
}

/** XState 5 lists the timers of a state among its entry and exit actions; they are already in `on`. */
function isNoTimer(given: unknown): boolean {
  return !/^xstate\.(raise|cancel)$/.test(nameOf(given));
}

function guardName(guard: unknown): string {
  const params = typeof guard === 'object' && guard !== null && 'params' in guard ? guard.params : undefined;
  return typeof params === 'string' ? `${nameOf(guard)}(${params})` : nameOf(guard);
}

/** Inline code has the name of its function, or none. */
function nameOf(named: unknown): string {
  if (typeof named === 'string') return named;
  if (typeof named === 'function') return 'type' in named ? String(named.type) : named.name || 'inline';
  const isTyped = typeof named === 'object' && named !== null && 'type' in named;
  return isTyped && typeof named.type === 'string' ? named.type : 'inline';
}
