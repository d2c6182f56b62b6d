import type { PullProgress } from '../../infonet/pull/infonet-sync-options.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';

/** The progress of a pull at one moment. */
export interface PullReading extends PullProgress {
  /** Since the attempt started. */
  readonly seconds: number;
  /** From the start of the attempt to its latest page. */
  readonly eventsPerSecond: number;
  /**
   * Estimated rest, if the attempt fetches all that it may at this rate; undefined without a rate. A shorter chain ends sooner.
   */
  readonly secondsLeftAtMost: number | undefined;
}

/** Measures the pulls of a worker. */
export interface PullMeter {
  /** Takes a page, as reported by `onProgress` of `createInfonetSync`. @returns the progress */
  page(progress: PullProgress): PullReading;
  /** The progress of the current pull; undefined between pulls and before its first page. */
  reading(): PullReading | undefined;
  /** Follows the start and end of a worker's attempts. @returns a function that stops following */
  follow(worker: Pick<SyncWorker, 'on'>): () => void;
}

/** @param monotonic seconds by a monotonic clock */
export function createPullMeter(monotonic: () => number): PullMeter {
  let began = monotonic();
  let newest: { readonly progress: PullProgress; readonly at: number } | undefined;

  const readingOf = ({ progress, at }: NonNullable<typeof newest>): PullReading => {
    const rate = at > began ? progress.accepted / (at - began) : 0;
    const left = Math.max(0, progress.eventsAtMost - progress.accepted) / rate - (monotonic() - at);
    return {
      ...progress,
      seconds: Math.max(0, monotonic() - began),
      eventsPerSecond: rate,
      secondsLeftAtMost: rate > 0 ? Math.max(0, left) : undefined,
    };
  };
  const forget = (): void => {
    began = monotonic();
    newest = undefined;
  };
  return {
    page: (progress) => {
      newest = { progress, at: monotonic() };
      return readingOf(newest);
    },
    reading: () => newest && readingOf(newest),
    follow: (worker) => {
      const begun = worker.on('attempt.started', forget);
      const finished = worker.on('attempt.finished', forget);
      const stuck = worker.on('run.stuck', forget);
      return () => {
        for (const off of [begun, finished, stuck]) off();
      };
    },
  };
}
