import { CLOCK_CHECK_SECONDS } from '../../clock/wall-clock.ts';
import { MIN_RUN_GAP_SECONDS } from '../../policy/sync-policy.ts';
import { type Invariant, ROUNDING } from './invariant.ts';

/** How long a run may be overdue, in seconds: a clock check, and the pause between two runs. */
export const LATE_SECONDS: number = CLOCK_CHECK_SECONDS + 2 * MIN_RUN_GAP_SECONDS;

/** No run is overdue for longer than a clock check, and no run outlasts the stuck limit. */
export const neverWedged: Invariant = (breach) => {
  let owedSince: number | undefined;
  return {
    after: (entry, fold) => {
      const type = entry.kind === 'emitted' ? entry.event.type : '';
      const isNew = type === 'run.started' || type === 'run.finished' || entry.kind === 'began';
      if (isNew || !fold.isStarted) owedSince = undefined;
      if (entry.kind !== 'settled' || !entry.isStarted) return;
      const { elapsed } = entry;
      owedSince = entry.at >= fold.owedAt() ? (owedSince ?? elapsed) : undefined;
      const late = owedSince === undefined ? 0 : elapsed - owedSince;
      if (late > LATE_SECONDS) breach(`a run is overdue by ${late} s`);
      const { run } = fold;
      const lasted = run === undefined ? 0 : elapsed - run.began.elapsed;
      if (run !== undefined && lasted > run.stuckAfter + ROUNDING) breach(`a run lasts ${lasted} s`);
    },
  };
};
