import type { AnyStateMachine } from 'xstate';
import { isRecord } from '../../policy/wire-fields.ts';

/** A chart as its literal has it, without its functions: what XState, its editors and its visualizers read. */
export type ChartDefinition = Readonly<Record<string, unknown>>;

/** One state of a chart. */
export interface ChartState {
  /** From the root, joined by dots; '' is the root. */
  readonly path: string;
  readonly description: string;
  /** The names of its entry actions. */
  readonly entry: readonly string[];
  readonly transitions: readonly ChartTransition[];
}

/** One transition of a chart. */
export interface ChartTransition {
  /** `source:trigger:index`, as `data-edge` in the picture has it. */
  readonly id: string;
  readonly source: string;
  /** `after interval`, `attempt done`, `always`, or the type of the event. */
  readonly trigger: string;
  readonly guard: string;
  /** The path of the state it leads to; that of its source, if it leads nowhere else. */
  readonly target: string;
  /** Whether its source is left, also when it is entered again. */
  readonly leaves: boolean;
  readonly actions: readonly string[];
}

/** The literal of a machine as plain JSON. */
export function chartDefinition(machine: AnyStateMachine): ChartDefinition {
  return JSON.parse(JSON.stringify(machine.config));
}

/** The states of a chart with their transitions, the root first; what is malformed is left out. */
export function chartStates(definition: ChartDefinition): readonly ChartState[] {
  const id = String(definition['id'] ?? '');
  const read = (node: ChartDefinition, path: string): ChartState[] => {
    const triggers: [key: string, trigger: string, given: unknown][] = [
      ...recordOf(node['on']).map(([type, given]) => [type, type, given] as [string, string, unknown]),
      ...recordOf(node['after']).map(
        ([delay, given]) => [`after.${delay}`, `after ${delay}`, given] as [string, string, unknown],
      ),
      ['always', 'always', node['always']],
      ...listOf(node['invoke']).flatMap((invoke): [string, string, unknown][] => {
        if (!isRecord(invoke)) return [];
        const src = String(invoke['src']);
        return [
          [`done.${src}`, `${src} done`, invoke['onDone']],
          [`error.${src}`, `${src} failed`, invoke['onError']],
        ];
      }),
    ];
    const transitions = triggers.flatMap(([key, trigger, given]) =>
      listOf(given).map((candidate, index): ChartTransition => {
        const { target, guard, actions, reenter } = isRecord(candidate) ? candidate : { target: candidate };
        return {
          id: `${path}:${key}:${index}`,
          source: path,
          trigger,
          guard: nameOf(guard),
          target: typeof target === 'string' ? resolve(target, path, id) : path,
          leaves: typeof target === 'string' && (reenter === true || !target.startsWith('.')),
          actions: listOf(actions).map(nameOf),
        };
      }),
    );
    const state = {
      path,
      description: String(node['description'] ?? ''),
      entry: listOf(node['entry']).map(nameOf),
      transitions,
    };
    const children = recordOf(node['states']).flatMap(([key, child]) =>
      isRecord(child) ? read(child, path === '' ? key : `${path}.${key}`) : [],
    );
    return [state, ...children];
  };
  return read(definition, '');
}

/** `.child`, `#id.path` and a sibling's key, as XState reads them. */
function resolve(target: string, source: string, id: string): string {
  if (target.startsWith(`#${id}`)) return target.slice(id.length + 2);
  if (target.startsWith('.')) return source + (source === '' ? target.slice(1) : target);
  return [...source.split('.').slice(0, -1), target].join('.');
}

function nameOf(named: unknown): string {
  if (typeof named === 'string') return named;
  return isRecord(named) && typeof named['type'] === 'string' ? named['type'] : '';
}

function listOf(given: unknown): readonly unknown[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? given : [given];
}

function recordOf(given: unknown): [string, unknown][] {
  return isRecord(given) ? Object.entries(given) : [];
}
