import type { PeerRecord } from '../policy/peer-record.ts';
import type { SyncAnswer, SyncOptions } from '../schedule/attempt.ts';

/** What a sync function of a fleet is given beside the peer. */
export interface FleetSyncOptions extends SyncOptions {
  /** Of the worker. */
  readonly id: string;
  /** Grows with each run of this worker. A store of your own that refuses a smaller one than it has seen ignores late results. */
  readonly fence: string;
}

/** One attempt at one peer, for one worker of the fleet. */
export interface FleetSyncFunction<Details = unknown> {
  (peer: PeerRecord, options: FleetSyncOptions): SyncAnswer<Details> | PromiseLike<SyncAnswer<Details>>;
  exclude?(peer: PeerRecord): string | undefined;
}
