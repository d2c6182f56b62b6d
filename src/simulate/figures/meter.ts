import type { Figures, Timeline } from './figures.ts';

/** Measures the workers of one contender. Times are seconds since the start. */
export interface Meter {
  /** A peer is asked. @param early whether its Retry-After to this worker is not over yet */
  asked(peer: number, at: number, early: boolean): void;
  /** A request ended. */
  ended(worker: number, at: number, ok: boolean): void;
  finish(): {
    readonly figures: Figures;
    readonly timeline: Timeline;
    readonly recoveryCurve: readonly (number | null)[];
  };
}

export interface MeterOptions {
  readonly workers: number;
  readonly peers: number;
  /** The end, in seconds. */
  readonly seconds: number;
  /** When recovery starts, in seconds; undefined if there is nothing to recover from. */
  readonly recoveryFrom: number | undefined;
}

/** Points of the recovery curve: one for each per cent of the workers, 0 to 100. */
const CURVE_POINTS = 101;

export function createMeter({ workers, peers, seconds, recoveryFrom }: MeterOptions): Meter {
  const minutes = Math.ceil(seconds / 60);
  const busiestSecond = new Array<number>(minutes).fill(0);
  const requestsOfMinute = new Array<number>(minutes).fill(0);
  const staleness: number[] = [];
  /** For each peer: the current second, and its requests so far. */
  const counting = Array.from({ length: peers }, () => ({ second: -1, requests: 0 }));
  const lastOk = new Float64Array(workers);
  const recoveredAfter = new Float64Array(workers).fill(Number.POSITIVE_INFINITY);
  let sumOfLastOk = 0;
  let areaOfStaleness = 0;
  let stalenessWorst = 0;
  let requests = 0;
  let early = 0;
  let wasted = 0;
  let peakAfterRecovery = 0;

  /** The mean staleness at each full minute up to now. */
  const sample = (at: number): void => {
    while (staleness.length < minutes && (staleness.length + 1) * 60 <= at) {
      staleness.push((staleness.length + 1) * 60 - sumOfLastOk / workers);
    }
  };
  const fresh = (worker: number, at: number): void => {
    const gap = at - (lastOk[worker] ?? 0);
    areaOfStaleness += (gap * gap) / 2;
    stalenessWorst = Math.max(stalenessWorst, gap);
    sumOfLastOk += gap;
    lastOk[worker] = at;
  };

  return {
    asked: (peer, at, isEarly) => {
      sample(at);
      requests += 1;
      if (isEarly) early += 1;
      const minute = Math.min(minutes - 1, Math.floor(at / 60));
      requestsOfMinute[minute] = (requestsOfMinute[minute] ?? 0) + 1;
      const count = counting[peer];
      if (count === undefined) throw new RangeError(`there is no peer ${peer}`);
      const second = Math.floor(at);
      if (count.second !== second) {
        count.second = second;
        count.requests = 0;
      }
      count.requests += 1;
      busiestSecond[minute] = Math.max(busiestSecond[minute] ?? 0, count.requests);
      if (recoveryFrom !== undefined && at >= recoveryFrom) {
        peakAfterRecovery = Math.max(peakAfterRecovery, count.requests);
      }
    },
    ended: (worker, at, ok) => {
      sample(at);
      if (!ok) {
        wasted += 1;
        return;
      }
      fresh(worker, at);
      if (
        recoveryFrom !== undefined &&
        at >= recoveryFrom &&
        recoveredAfter[worker] === Number.POSITIVE_INFINITY
      ) {
        recoveredAfter[worker] = at - recoveryFrom;
      }
    },
    finish: () => {
      sample(seconds);
      for (let worker = 0; worker < workers; worker += 1) fresh(worker, seconds);
      const sorted = recoveredAfter.toSorted();
      const recovery = (part: number): number | null =>
        recoveryFrom === undefined ? null : (sorted[Math.max(0, Math.ceil(part * workers) - 1)] ?? null);
      return {
        figures: {
          peak: Math.max(...busiestSecond),
          peakAfterRecovery: recoveryFrom === undefined ? null : peakAfterRecovery,
          early,
          requests,
          wasted,
          recoveryP50: recovery(0.5),
          recoveryP99: recovery(0.99),
          recoveryLast: recovery(1),
          stalenessMean: areaOfStaleness / (workers * seconds),
          stalenessWorst,
        },
        timeline: { busiestSecond, requests: requestsOfMinute, staleness },
        recoveryCurve:
          recoveryFrom === undefined
            ? []
            : Array.from({ length: CURVE_POINTS }, (_, index) => recovery(index / (CURVE_POINTS - 1))),
      };
    },
  };
}
