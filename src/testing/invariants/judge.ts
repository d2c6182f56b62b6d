import type { HistoryEntry } from '../world/history.ts';
import type { Invariant, Watch } from './invariant.ts';
import { neverWedged } from './never-wedged.ts';
import { nobodySilenced } from './nobody-silenced.ts';
import { oneAttemptAtATime } from './one-attempt-at-a-time.ts';
import { onlyAskedAreMarked } from './only-asked-are-marked.ts';
import { createPolicyFold, type PolicyFold } from './policy-fold.ts';
import { polite } from './polite.ts';
import { savedNeverGoesBack } from './saved-never-goes-back.ts';
import { stateIsAFold } from './state-is-a-fold.ts';
import { stopLeavesNothing } from './stop-leaves-nothing.ts';
import { whyAgrees } from './why-agrees.ts';

/** The invariants of every world. */
export type InvariantName =
  | 'polite'
  | 'oneAttemptAtATime'
  | 'onlyAskedAreMarked'
  | 'nobodySilenced'
  | 'neverWedged'
  | 'stateIsAFold'
  | 'savedNeverGoesBack'
  | 'whyAgrees'
  | 'stopLeavesNothing';

const invariants: Readonly<Record<InvariantName, Invariant>> = {
  polite,
  oneAttemptAtATime,
  onlyAskedAreMarked,
  nobodySilenced,
  neverWedged,
  stateIsAFold,
  savedNeverGoesBack,
  whyAgrees,
  stopLeavesNothing,
};

/** All names. */
export const invariantNames: readonly InvariantName[] = Object.keys(invariants) as InvariantName[];

/** An invariant that was broken, and when. */
export interface Breach {
  readonly invariant: InvariantName;
  readonly text: string;
  /** Seconds since the world started. */
  readonly elapsed: number;
  /** Index in the history. @internal */
  readonly index: number;
}

/** Checks a history against all invariants. Each call checks only what was added since the last one. */
export interface Judge {
  readonly fold: PolicyFold;
  breaches(): readonly Breach[];
}

export function createJudge(history: readonly HistoryEntry[], random: number): Judge {
  const fold = createPolicyFold(random);
  const breaches: Breach[] = [];
  let read = 0;
  let elapsed = 0;
  const watches: readonly Watch[] = invariantNames.map((invariant) =>
    invariants[invariant]((text) => breaches.push({ invariant, text, elapsed, index: read })),
  );
  const readOn = (): void => {
    for (; read < history.length; read += 1) {
      const entry = history[read];
      if (entry === undefined) return;
      elapsed = entry.elapsed;
      for (const watch of watches) watch.before?.(entry, fold);
      fold.apply(entry);
      for (const watch of watches) watch.after?.(entry, fold);
    }
  };
  return {
    get fold() {
      readOn();
      return fold;
    },
    breaches: () => {
      readOn();
      return breaches;
    },
  };
}
