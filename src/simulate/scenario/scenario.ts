import type { SyncPolicy } from '../../policy/sync-policy.ts';

/** A least and a most; what is drawn lies between. */
export type Range = readonly [least: number, most: number];

/** What is simulated: the workers, the peers they pull from, and what goes wrong. All of it is in a scenario file. */
export interface Scenario {
  /** A few words, for the head of a report. */
  readonly title: string;
  /** What happens, in a sentence or two. */
  readonly about: string;
  /** Virtual hours. */
  readonly hours: number;
  readonly workers: number;
  /** The workers start within so many seconds. */
  readonly startWithinSeconds: number;
  /** How many of the peers each worker knows, in an order of its own. */
  readonly peersEach: number;
  /** The policy of our worker; a contender takes its interval, first wait and cap from it. */
  readonly policy: SyncPolicy;
  readonly peers: readonly PeerGroup[];
  readonly restarts: readonly Restart[];
  readonly clocks: readonly ClockFault[];
}

/** Peers that are alike. */
export interface PeerGroup {
  readonly count: number;
  /** Requests a second that a peer answers; beyond them it says 503. 0: as many as come. */
  readonly requestsPerSecond: number;
  /** Its rate limiter, or null. */
  readonly limit: RateLimit | null;
  /** Milliseconds from a request to its answer. */
  readonly latencyMs: Range;
  /** The part of the requests, 0 to 1, that ends in HTTP 500. */
  readonly errorRate: number;
  /** After so many seconds without an answer a request fails, whoever asked. */
  readonly timeoutSeconds: number;
  readonly outages: readonly Outage[];
}

/** Answers 429 to what is above a rate. */
export interface RateLimit {
  readonly requestsPerMinute: number;
  /** Whose requests count: all of the peer's, or each worker's by itself. */
  readonly per: 'peer' | 'worker';
  /** Seconds that its `Retry-After` asks for; [0, 0]: it sends none. */
  readonly retryAfterSeconds: Range;
  /** How `Retry-After` is written: delay-seconds, or an HTTP-date. */
  readonly form: 'seconds' | 'date';
}

/** A peer cannot be reached, does not answer, or says 503. */
export interface Outage {
  readonly fromMinute: number;
  readonly minutes: number;
  readonly kind: 'refused' | 'silent' | 'unavailable';
  /** It comes again after so many minutes, from its begin to its next begin. */
  readonly everyMinutes: number;
  readonly times: number;
}

/** Workers are stopped in order, and started again: a deploy. What they save, they find again. */
export interface Restart {
  readonly atMinute: number;
  /** The stops are spread over so many seconds. */
  readonly withinSeconds: number;
  /** Seconds from a worker's stop to its start. */
  readonly downSeconds: Range;
  /** The part of the workers, 0 to 1. */
  readonly share: number;
}

/** Workers whose wall clock is off, or is set while they run. */
export interface ClockFault {
  /** The part of the workers, 0 to 1. */
  readonly share: number;
  /** Seconds that it is ahead of the true time; negative: behind. */
  readonly offsetSeconds: number;
  readonly setAtMinute: number;
  /** Seconds that it is set ahead by then; negative: back; 0: it is not set. */
  readonly setBySeconds: number;
}

/** The peers, one for each. */
export function eachPeer(scenario: Scenario): readonly PeerGroup[] {
  return scenario.peers.flatMap((group) => new Array<PeerGroup>(group.count).fill(group));
}

/** When an outage is on, in seconds from the beginning, one after the other. */
export function outageSpans({ fromMinute, minutes, everyMinutes, times }: Outage): readonly Range[] {
  return Array.from({ length: times }, (_, index): Range => {
    const from = (fromMinute + index * everyMinutes) * 60;
    return [from, from + minutes * 60];
  });
}

/** Seconds from the beginning at which the last outage ends or the last restart begins; undefined if there is neither. */
export function recoveryStart({ peers, restarts, hours }: Scenario): number | undefined {
  const ends = [
    ...peers.flatMap(({ outages }) => outages.flatMap(outageSpans).map(([, end]) => end)),
    ...restarts.map(({ atMinute }) => atMinute * 60),
  ].filter((end) => end < hours * 3600);
  return ends.length === 0 ? undefined : Math.max(...ends);
}
