import type { AnyTransitionDefinition } from 'xstate';
import { readChart, transitionId } from '../explain/read-chart.ts';
import { syncWorkerMachine } from '../worker/sync-worker-machine.ts';

/** A transition of the chart, and how often it was taken. */
export interface CoverageRow {
  /** `source:trigger:index`, as in the chart's picture and in recordings. */
  readonly transition: string;
  readonly source: string;
  readonly target: string;
  readonly taken: number;
}

/** Which part of the chart a set of worlds has reached. */
export interface Coverage {
  /** Every transition of the chart, including those that were never taken. */
  readonly rows: readonly CoverageRow[];
  /** Paths of the states that were never reached. */
  readonly missingStates: readonly string[];
  /** The rows as text, with a mark at those that were never taken. */
  table(): string;
  /**
   * @param except transitions that need not be taken, by id, each with its reason
   * @throws Error naming each transition and state that was never reached, and each exception that was taken
   */
  expectComplete(except?: Readonly<Record<string, string>>): void;
}

const counts = new WeakMap<Coverage, Map<string, number>>();

/** Counts the transitions of the chart over any number of worlds. Pass it to each as `coverage`. */
export function createCoverage(): Coverage {
  const { states, edges: transitions } = readChart(syncWorkerMachine);
  const taken = new Map<string, number>();
  const coverage: Coverage = {
    get rows() {
      return transitions.map(({ id, source, target }) => ({
        transition: id,
        source,
        target: target ?? source,
        taken: taken.get(id) ?? 0,
      }));
    },
    get missingStates() {
      const reached = new Set(
        coverage.rows.flatMap((row) => (row.taken > 0 ? [row.source, row.target] : [])),
      );
      const isReached = (path: string): boolean =>
        path === '' || [...reached].some((one) => one === path || one.startsWith(`${path}.`));
      return states.map(({ path }) => path).filter((path) => !isReached(path));
    },
    table: () => {
      const width = Math.max(...transitions.map(({ id }) => id.length));
      return coverage.rows
        .map((row) => `${row.taken === 0 ? '✗' : ' '} ${row.transition.padEnd(width)} ${row.taken}`)
        .join('\n');
    },
    expectComplete: (except = {}) => {
      const untaken = coverage.rows.filter((row) => row.taken === 0 && !(row.transition in except));
      const surprising = coverage.rows.filter((row) => row.taken > 0 && row.transition in except);
      const ids = new Set(transitions.map(({ id }) => id));
      const complaints = [
        ...untaken.map(({ transition }) => `never taken: ${transition}`),
        ...coverage.missingStates.map((path) => `never reached: ${path}`),
        ...surprising.map(
          ({ transition }) => `taken, although excepted (${except[transition]}): ${transition}`,
        ),
        ...Object.keys(except).flatMap((id) =>
          ids.has(id) ? [] : [`excepted, but not in the chart: ${id}`],
        ),
      ];
      if (complaints.length > 0) throw new Error(`${complaints.join('\n')}\n\n${coverage.table()}`);
    },
  };
  counts.set(coverage, taken);
  return coverage;
}

const names = new WeakMap<AnyTransitionDefinition, string>();

/** @internal */
export function noteCoverage(
  coverage: Coverage | undefined,
  transitions: readonly AnyTransitionDefinition[],
): void {
  const taken = coverage === undefined ? undefined : counts.get(coverage);
  if (taken === undefined) return;
  for (const transition of transitions) {
    const id = names.get(transition) ?? transitionId(transition);
    names.set(transition, id);
    taken.set(id, (taken.get(id) ?? 0) + 1);
  }
}
