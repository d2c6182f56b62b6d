import { durationText } from '../explain/time-text.ts';
import { type SyncOutcome, syncOutcomes } from '../policy/sync-worker-state.ts';

/** Counts what a worker did. */
export interface Tally {
  see(state: SyncOutcome): void;
  count(what: 'runs' | 'stuck' | 'attempts'): void;
  summary(now: number): string;
}

export function createTally(startedAt: number): Tally {
  const seen = new Set<SyncOutcome>();
  const counts = { runs: 0, stuck: 0, attempts: 0 };
  return {
    see: (state) => void seen.add(state),
    count: (what) => {
      counts[what] += 1;
    },
    summary: (now) => {
      const states = syncOutcomes.filter((state) => seen.has(state));
      return [
        `after ${durationText(now - startedAt)}`,
        `states seen: ${states.join(' ')} (${states.length} of ${syncOutcomes.length})`,
        `runs: ${counts.runs} finished, ${counts.stuck} stuck`,
        `attempts: ${counts.attempts}`,
      ].join(' · ');
    },
  };
}
