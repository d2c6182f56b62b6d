import type { VirtualClock } from '../../src/clock/virtual-clock.ts';

/** The world of a contender: the virtual clock, and a sync function that answers at once. */
export interface BenchWorld {
  readonly clock: VirtualClock;
  readonly sync: () => Promise<{ readonly head: string }>;
}

/** One way of running the worker's cycle: due, running, result, waiting. */
export interface Contender {
  /** Whether the last run ended well and the next one is being waited for. */
  readonly isWaiting: () => boolean;
}

export type StartContender = (world: BenchWorld) => Contender;

/** Below the 60 s look at the clock, so that one cycle is one wait. */
export const INTERVAL_SECONDS = 50;

/** The stuck timer of those that have no policy: as long as the worker's own first look at the clock. */
export const STUCK_LOOK_SECONDS = 60;

export const PEER_URL = 'https://peer.example';
