import type { HistoryEntry } from '../world/history.ts';
import type { PolicyFold } from './policy-fold.ts';

/** Checks each entry of the history, before and after the fold applies it. @internal */
export interface Watch {
  before?(entry: HistoryEntry, fold: PolicyFold): void;
  after?(entry: HistoryEntry, fold: PolicyFold): void;
}

/** Creates the watch of one invariant, which calls `breach` with a sentence for each breach. @internal */
export type Invariant = (breach: (text: string) => void) => Watch;

/** Tolerance in seconds, because sums of fractions are not exact. */
export const ROUNDING = 1e-6;
