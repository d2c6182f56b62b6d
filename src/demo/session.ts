import type { WatchedWorker } from './watched-worker.ts';

/** A worker and what was started for it. */
export interface Session {
  readonly worker: WatchedWorker;
  /** Aborts the attempt under way and frees all that was started. */
  stop(): Promise<void>;
}
