import type { SyncPolicy } from '../../policy/sync-policy.ts';

/** Values are drawn evenly between the two. */
export type Range = readonly [min: number, max: number];

/** What is simulated: the workers, the peers they pull from, and the faults. A scenario file has the same fields. */
export interface Scenario {
  /** A few words, for the head of a report. */
  readonly title: string;
  /** What happens, in a sentence or two. */
  readonly about: string;
  /** Virtual hours. */
  readonly hours: number;
  readonly workers: number;
  /** The workers start within this many seconds. */
  readonly startWithinSeconds: number;
  /** How many of the peers each worker knows, in random order. */
  readonly peersEach: number;
  /** The policy of our worker. Other contenders use its interval, first wait and cap. */
  readonly policy: SyncPolicy;
  readonly peers: readonly PeerGroup[];
  readonly restarts: readonly Restart[];
  readonly clocks: readonly ClockFault[];
}

/** A group of identical peers. */
export interface PeerGroup {
  readonly count: number;
  /** Capacity of a peer in requests a second; above it the peer answers 503. 0: unlimited. */
  readonly requestsPerSecond: number;
  /** Its rate limiter, or null. */
  readonly limit: RateLimit | null;
  /** Milliseconds from a request to its answer. */
  readonly latencyMs: Range;
  /** The share of requests, 0 to 1, that end in HTTP 500. */
  readonly errorRate: number;
  /** A request without an answer fails after this many seconds, for every contender. */
  readonly timeoutSeconds: number;
  readonly outages: readonly Outage[];
}

/** Answers 429 above a rate. */
export interface RateLimit {
  readonly requestsPerMinute: number;
  /** Whether the limit holds for all requests to the peer together, or for each worker separately. */
  readonly per: 'peer' | 'worker';
  /** Seconds in its `Retry-After`; [0, 0]: it sends none. */
  readonly retryAfterSeconds: Range;
  /** How `Retry-After` is written: delay-seconds, or an HTTP-date. */
  readonly form: 'seconds' | 'date';
}

/** A peer refuses connections, does not answer, or answers 503. */
export interface Outage {
  readonly fromMinute: number;
  readonly minutes: number;
  readonly kind: 'refused' | 'silent' | 'unavailable';
  /** Minutes from the start of one outage to the start of the next, if `times` is more than 1. */
  readonly everyMinutes: number;
  readonly times: number;
}

/** Workers are stopped in an orderly way and started again, as in a deploy. They keep what they saved. */
export interface Restart {
  readonly atMinute: number;
  /** The stops are spread over this many seconds. */
  readonly withinSeconds: number;
  /** Seconds from a worker's stop to its start. */
  readonly downSeconds: Range;
  /** The share of workers, 0 to 1. */
  readonly share: number;
}

/** Workers whose wall clock is off, or is set while they run. */
export interface ClockFault {
  /** The share of workers, 0 to 1. */
  readonly share: number;
  /** Seconds by which the clock is ahead of the true time; negative: behind. */
  readonly offsetSeconds: number;
  readonly setAtMinute: number;
  /** Seconds by which the clock is then set ahead; negative: back; 0: it is not set. */
  readonly setBySeconds: number;
}

/** One entry per peer. */
export function eachPeer(scenario: Scenario): readonly PeerGroup[] {
  return scenario.peers.flatMap((group) => new Array<PeerGroup>(group.count).fill(group));
}

/** The periods of an outage, in seconds since the start. */
export function outageSpans({ fromMinute, minutes, everyMinutes, times }: Outage): readonly Range[] {
  return Array.from({ length: times }, (_, index): Range => {
    const from = (fromMinute + index * everyMinutes) * 60;
    return [from, from + minutes * 60];
  });
}

/** When the last outage ends or the last restart starts, in seconds since the start; undefined if there is neither. */
export function recoveryStart({ peers, restarts, hours }: Scenario): number | undefined {
  const ends = [
    ...peers.flatMap(({ outages }) => outages.flatMap(outageSpans).map(([, end]) => end)),
    ...restarts.map(({ atMinute }) => atMinute * 60),
  ].filter((end) => end < hours * 3600);
  return ends.length === 0 ? undefined : Math.max(...ends);
}
