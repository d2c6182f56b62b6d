import type { Figures, Timeline } from '../figures/figures.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** What came out of a simulation; plain data. As JSON, what is Infinity here is null. */
export interface SimulationReport {
  readonly simulation: 'infonet-sync-worker';
  /** Of this form. */
  readonly version: 1;
  readonly seed: number;
  /** With every default filled in: the same scenario and seed give the same report. */
  readonly scenario: Scenario;
  /** Seconds from the beginning from which workers recover; null: there is nothing to recover from. */
  readonly recoveryFrom: number | null;
  readonly contenders: readonly ContenderReport[];
}

/** One contender. */
export interface ContenderReport {
  readonly name: string;
  readonly title: string;
  readonly note: string;
  readonly figures: Figures;
  readonly timeline: Timeline;
  /** Seconds until 0, 1, 2, … 100 per cent of the workers have recovered; empty if there is nothing to recover from. */
  readonly recoveryCurve: readonly (number | null)[];
}
