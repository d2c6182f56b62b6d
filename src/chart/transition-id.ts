import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { type ChartTrigger, triggerId } from './chart-model.ts';

/**
 * A transition's name in the picture (`data-edge`): `source:trigger:index`, the index being its place among the
 * transitions of that trigger.
 */
export function transitionId(transition: AnyTransitionDefinition): string {
  const { source, eventType } = transition;
  const candidates = eventType === '' ? source.always : source.transitions.get(eventType);
  const index = candidates?.indexOf(transition) ?? -1;
  return `${pathOf(source)}:${triggerId(readTrigger(source, transition))}:${index}`;
}

/** XState writes a timer as `xstate.after.<delay>.<state>` and the end of an actor as `xstate.done.actor.<actor>`. */
export function readTrigger(node: AnyStateNode, transition: AnyTransitionDefinition): ChartTrigger {
  const { eventType } = transition;
  if (eventType === '') return { kind: 'always', name: '' };
  const after = node.after.find((delayed) => delayed.eventType === eventType);
  if (after !== undefined) return { kind: 'after', name: String(after.delay) };
  for (const invoke of node.invoke) {
    const name = nameOf(invoke.src, `an actor of ${node.id}`);
    if (eventType === `xstate.done.actor.${invoke.id}`) return { kind: 'done', name };
    if (eventType === `xstate.error.actor.${invoke.id}`) return { kind: 'error', name };
  }
  return { kind: 'event', name: eventType };
}

/** The name of an actor, a guard or an action. @throws TypeError for one that stands in place of its name */
export function nameOf(named: unknown, what: string): string {
  if (typeof named === 'string') return named;
  const type = typeof named === 'object' && named !== null && 'type' in named ? named.type : undefined;
  if (typeof type === 'string') return type;
  throw new TypeError(`${what} is ${typeof named}; allowed is a name`);
}

/** The path of a state from the root, joined by dots; '' is the root. */
export function pathOf(node: AnyStateNode): string {
  return node.path.join('.');
}
