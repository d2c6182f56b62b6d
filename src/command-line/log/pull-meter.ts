import type { PullProgress } from '../../infonet/pull/infonet-sync-options.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';

/** How far a pull has come, at one moment. */
export interface PullReading extends PullProgress {
  /** Since the attempt began. */
  readonly seconds: number;
  /** From the beginning of the attempt to its newest page. */
  readonly eventsPerSecond: number;
  /** If it brings all it can at this rate; undefined where there is no rate. A shorter chain ends sooner. */
  readonly secondsLeftAtMost: number | undefined;
}

/** Measures the pulls of a worker, one after the other. */
export interface PullMeter {
  /** A page has come, as `onProgress` of `createInfonetSync` tells it. Gives the reading. */
  page(progress: PullProgress): PullReading;
  /** Of the pull under way; undefined between pulls, and before the first page of one. */
  reading(): PullReading | undefined;
  /** Learns from a worker when its attempts begin and end. Gives what ends that. */
  follow(worker: Pick<SyncWorker, 'on'>): () => void;
}

/** @param monotonic seconds by a clock that does not jump */
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
