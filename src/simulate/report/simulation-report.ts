import type { Figures, Timeline } from '../figures/figures.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** The result of a simulation. Plain data; in JSON, Infinity becomes null. */
export interface SimulationReport {
  readonly simulation: 'infonet-sync-worker';
  /** The version of this format. */
  readonly version: 1;
  readonly seed: number;
  /** The scenario with every default filled in. The same scenario and seed give the same report. */
  readonly scenario: Scenario;
  /** When recovery starts, in seconds since the start; null if there is nothing to recover from. */
  readonly recoveryFrom: number | null;
  readonly contenders: readonly ContenderReport[];
}

/** The results of one contender. */
export interface ContenderReport {
  readonly name: string;
  readonly title: string;
  readonly note: string;
  readonly figures: Figures;
  readonly timeline: Timeline;
  /** Seconds until 0, 1, 2, … 100 per cent of the workers have recovered; empty if there is nothing to recover from. */
  readonly recoveryCurve: readonly (number | null)[];
}
