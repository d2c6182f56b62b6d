import type { HistoryEntry } from '../world/history.ts';
import type { PolicyFold } from './policy-fold.ts';

/** What looks at each thing that is seen, before and after the fold has taken it in. @internal */
export interface Watch {
  before?(entry: HistoryEntry, fold: PolicyFold): void;
  after?(entry: HistoryEntry, fold: PolicyFold): void;
}

/** Makes the watch of one invariant; it tells of each breach in words. @internal */
export type Invariant = (breach: (text: string) => void) => Watch;

/** Seconds, far below any that count: sums of fractions are not exact. */
export const ROUNDING = 1e-6;
