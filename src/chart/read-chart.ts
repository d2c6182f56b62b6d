import type { AnyStateMachine, AnyStateNode } from 'xstate';
import type { ChartGuard, ChartModel, ChartState, ChartTransition } from './chart-model.ts';
import { nameOf, pathOf, readTrigger, transitionId } from './transition-id.ts';

/**
 * Reads a machine's definition: every state and every transition, as they are.
 *
 * @throws TypeError for what the picture has no sign for: an inline guard or action, a second target, entry and exit
 * actions, parallel, final and history states
 */
export function readChart(machine: AnyStateMachine): ChartModel {
  const nodes = withDescendants(machine.root);
  nodes.forEach(refuseUndrawable);
  return { root: readState(machine.root), transitions: nodes.flatMap(readTransitions) };
}

function withDescendants(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(withDescendants)];
}

function refuseUndrawable({ id, type, config }: AnyStateNode): void {
  if (type !== 'atomic' && type !== 'compound') {
    throw new TypeError(`State ${id} is ${type}; drawn are atomic and compound states`);
  }
  if (config.entry !== undefined || config.exit !== undefined || config.onDone !== undefined) {
    throw new TypeError(`State ${id} has entry, exit or onDone; drawn are on, after, always and invoke`);
  }
}

function readState(node: AnyStateNode): ChartState {
  const children = Object.values(node.states).map(readState);
  return {
    path: pathOf(node),
    key: node.key,
    description: node.description ?? '',
    initial: children.length === 0 ? undefined : onlyTarget(node, node.initial.target),
    invokes: node.invoke.map((invoke) => nameOf(invoke.src, `an actor of ${node.id}`)),
    children,
  };
}

function readTransitions(node: AnyStateNode): ChartTransition[] {
  return [...node.transitions.values(), node.always ?? []].flatMap((candidates) =>
    candidates.map((transition, index) => {
      return {
        id: transitionId(transition),
        source: pathOf(node),
        trigger: readTrigger(node, transition),
        guard: readGuard(node, transition.guard),
        isFallback: index > 0,
        target: onlyTarget(node, transition.target),
        reenter: transition.reenter,
        actions: transition.actions.map((action) => nameOf(action, `an action of ${node.id}`)),
      };
    }),
  );
}

function readGuard(node: AnyStateNode, guard: unknown): ChartGuard | undefined {
  if (guard === undefined) return undefined;
  const name = nameOf(guard, `a guard of ${node.id}`);
  const param = typeof guard === 'object' && guard !== null && 'params' in guard ? guard.params : undefined;
  return { name, param: typeof param === 'string' ? param : '' };
}

function onlyTarget(node: AnyStateNode, targets: readonly AnyStateNode[] | undefined): string | undefined {
  const [target, ...others] = targets ?? [];
  if (others.length > 0)
    throw new TypeError(`A transition of ${node.id} has several targets; one is allowed`);
  return target === undefined ? undefined : pathOf(target);
}
