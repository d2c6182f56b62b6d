import { type SyncOutcome, syncOutcomes } from '../policy/sync-worker-state.ts';
import { durationText } from './duration-text.ts';

/** Counts what a worker did. */
export interface Tally {
  see(state: SyncOutcome): void;
  countRun(): void;
  countStuck(): void;
  countAttempt(): void;
  summary(now: number): string;
}

export function createTally(startedAt: number): Tally {
  const seen = new Set<SyncOutcome>();
  let runs = 0;
  let stuck = 0;
  let attempts = 0;
  return {
    see: (state) => {
      seen.add(state);
    },
    countRun: () => {
      runs += 1;
    },
    countStuck: () => {
      stuck += 1;
    },
    countAttempt: () => {
      attempts += 1;
    },
    summary: (now) => {
      const states = syncOutcomes.filter((state) => seen.has(state));
      return [
        `after ${durationText(now - startedAt)}`,
        `states seen: ${states.join(' ')} (${states.length} of ${syncOutcomes.length})`,
        `runs: ${runs} finished, ${stuck} stuck`,
        `attempts: ${attempts}`,
      ].join(' · ');
    },
  };
}
