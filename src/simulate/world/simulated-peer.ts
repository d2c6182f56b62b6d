import { outageSpans, type PeerGroup, type Range } from '../scenario/scenario.ts';
import { within } from './seeded-random.ts';

/** The outcome of a request, and its delay in milliseconds. */
export type PeerReply =
  | {
      readonly kind: 'answer';
      readonly afterMs: number;
      readonly status: number;
      readonly retryAfter: number;
    }
  | { readonly kind: 'refused' | 'silent'; readonly afterMs: number };

/** A simulated peer. */
export interface SimulatedPeer {
  readonly url: string;
  /** The form of its Retry-After. */
  readonly form: 'seconds' | 'date';
  /** Handles a worker's request. @param at seconds since the start; must not decrease between calls */
  request(worker: number, at: number): PeerReply;
}

/** @param random from 0 up to 1, for latency, errors and waits */
export function createSimulatedPeer(index: number, group: PeerGroup, random: () => number): SimulatedPeer {
  const { requestsPerSecond, limit, latencyMs, errorRate, timeoutSeconds } = group;
  const outages = group.outages.flatMap((outage) =>
    outageSpans(outage).map((span) => ({ kind: outage.kind, span })),
  );
  const capacity = requestsPerSecond === 0 ? undefined : createBucket(requestsPerSecond);
  const perWorker = limit?.per === 'worker' ? new Map<number, Bucket>() : undefined;
  const shared = limit === null ? undefined : createBucket(limit.requestsPerMinute / 60);
  const limiterOf = (worker: number): Bucket | undefined => {
    if (limit === null || perWorker === undefined) return shared;
    const known = perWorker.get(worker) ?? createBucket(limit.requestsPerMinute / 60);
    perWorker.set(worker, known);
    return known;
  };

  return {
    url: `http://peer-${index}.simulated`,
    form: limit?.form ?? 'seconds',
    request: (worker, at) => {
      const afterMs = Math.round(within(latencyMs, random));
      const answer = (status: number, retryAfter = 0): PeerReply => ({
        kind: 'answer',
        afterMs,
        status,
        retryAfter,
      });
      const outage = outages.find(({ span: [from, to] }) => at >= from && at < to);
      if (outage?.kind === 'silent') return { kind: 'silent', afterMs: Math.round(timeoutSeconds * 1000) };
      if (outage?.kind === 'refused') return { kind: 'refused', afterMs };
      if (outage !== undefined) return answer(503);
      if (limit !== null && limiterOf(worker)?.take(at) === false) {
        return answer(429, drawWait(limit.retryAfterSeconds, random));
      }
      if (capacity?.take(at) === false) return answer(503);
      return answer(random() < errorRate ? 500 : 200);
    },
  };
}

function drawWait(range: Range, random: () => number): number {
  return Math.round(within(range, random));
}

interface Bucket {
  /** Takes a token if there is one. @param at seconds since the start */
  take(at: number): boolean;
}

/** A token bucket that holds the tokens of one second, and at least one if the rate is not 0. */
function createBucket(perSecond: number): Bucket {
  const size = perSecond === 0 ? 0 : Math.max(1, perSecond);
  let tokens = size;
  let filledAt = 0;
  return {
    take: (at) => {
      tokens = Math.min(size, tokens + (at - filledAt) * perSecond);
      filledAt = at;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
