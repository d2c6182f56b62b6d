import type { PeerRecord } from '../policy/peer-record.ts';
import type { SyncAnswer, SyncOptions } from '../schedule/attempt.ts';

/** The second argument of a fleet's sync function. */
export interface FleetSyncOptions extends SyncOptions {
  /** The id of the worker. */
  readonly id: string;
  /**
   * Grows with each run of this worker. To ignore late results, let your store refuse any fence smaller than the largest it has
   * seen.
   */
  readonly fence: string;
}

/** One attempt at one peer, for one worker of the fleet. */
export interface FleetSyncFunction<Details = unknown> {
  (peer: PeerRecord, options: FleetSyncOptions): SyncAnswer<Details> | PromiseLike<SyncAnswer<Details>>;
  exclude?(peer: PeerRecord): string | undefined;
}
