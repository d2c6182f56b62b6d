import { systemClock } from '../clock/system-clock.ts';
import type { WorkerClock } from '../clock/worker-clock.ts';
import { clampRetryAfter } from '../policy/retry-after.ts';
import { describe } from '../policy/wire-fields.ts';

/** Lets an attempt at a peer begin, or says how long to hold it. Shared by the workers of a process or a fleet. */
export interface PeerGate {
  /**
   * Asks for a pass. An attempt never waits for a place: if none is free, the answer is `held`, with the time to try again.
   *
   * @throws any error of the gate; it counts as a local fault, for which no peer is marked. So does an answer that does not
   * come before the limit of the attempt; a pass that comes later is given back
   */
  enter(peerUrl: string): Promise<PeerPass | PeerHeld> | PeerPass | PeerHeld;
  /** An operator cleared a peer's Retry-After. */
  reset?(peerUrl: string): Promise<void> | void;
}

/** The attempt may begin. */
export interface PeerPass {
  readonly held?: undefined;
  /** The attempt is over; `retryAfterSeconds` is what the peer asked for, 0 for none. Called once. Errors become a `fault`. */
  answered(answer: { readonly retryAfterSeconds: number }): Promise<void> | void;
}

/** The attempt may not begin before this, in Unix seconds with a fraction. */
export interface PeerHeld {
  readonly held: number;
}

/** What a gate allows at each origin. */
export interface PeerGateOptions {
  /** Maximum attempts under way at one origin. @default no limit */
  readonly atOnce?: number | undefined;
  /** Minimum milliseconds between the starts of two attempts at one origin. @default 0 */
  readonly spacingMs?: number | undefined;
  /** @default the system's */
  readonly clock?: WorkerClock | undefined;
}

interface Origin {
  underWay: number;
  retryAfterUntil: number;
  /** When the newest attempt began, in Unix seconds. */
  begunAt: number;
  /** The latest slot given to a held attempt, in Unix seconds. */
  lastSlot: number;
}

/** Earlier than any time; not 0, because a clock may be before 1970. */
const NEVER = Number.NEGATIVE_INFINITY;

/** How long an attempt is assumed to take, in seconds, to estimate when a place becomes free. */
const EXPECTED_ATTEMPT_SECONDS = 1;

/** The longest wait kept here, in seconds: a clock that is set back does not prolong it. */
const MAX_HELD_SECONDS = 3600;

/**
 * A gate in memory, for workers that share hosts. An origin's Retry-After holds back all of them, and the options limit how
 * many attempts run at once and how closely they start. Held attempts get successive slots, so that they do not all retry in
 * the same second.
 *
 * @throws RangeError for an option, naming it, its value and what is allowed
 */
export function createPeerGate(options: PeerGateOptions = {}): PeerGate {
  const { atOnce = Number.POSITIVE_INFINITY, spacingMs = 0, clock = systemClock } = options;
  if (!(atOnce >= 1))
    throw new RangeError(`atOnce is ${describe(atOnce)}; allowed is a number of at least 1`);
  if (!(spacingMs >= 0 && Number.isFinite(spacingMs))) {
    throw new RangeError(`spacingMs is ${describe(spacingMs)}; allowed is a finite number of at least 0`);
  }
  const origins = new Map<string, Origin>();
  const originOf = (peerUrl: string): Origin => {
    const key = new URL(peerUrl).host;
    const known = origins.get(key) ?? {
      underWay: 0,
      retryAfterUntil: NEVER,
      begunAt: NEVER,
      lastSlot: NEVER,
    };
    origins.set(key, known);
    return known;
  };
  const now = (): number => clock.now() / 1000;
  const spacing = spacingMs / 1000;
  const step = Math.max(spacing, EXPECTED_ATTEMPT_SECONDS / atOnce);
  return {
    enter: (peerUrl) => {
      const origin = originOf(peerUrl);
      const at = now();
      origin.retryAfterUntil = Math.min(origin.retryAfterUntil, at + MAX_HELD_SECONDS);
      origin.begunAt = Math.min(origin.begunAt, at);
      if (origin.retryAfterUntil > at) return { held: origin.retryAfterUntil };
      if (origin.underWay >= atOnce || at < origin.begunAt + spacing) {
        const free = Math.max(at, origin.begunAt + spacing - step);
        origin.lastSlot = Math.min(Math.max(origin.lastSlot, free) + step, at + MAX_HELD_SECONDS);
        return { held: origin.lastSlot };
      }
      origin.begunAt = at;
      origin.underWay += 1;
      let isOver = false;
      return {
        answered: ({ retryAfterSeconds }) => {
          if (isOver) return;
          isOver = true;
          origin.underWay -= 1;
          const wait = clampRetryAfter(retryAfterSeconds);
          if (wait > 0) origin.retryAfterUntil = Math.max(origin.retryAfterUntil, Math.ceil(now()) + wait);
        },
      };
    },
    reset: (peerUrl) => {
      originOf(peerUrl).retryAfterUntil = NEVER;
    },
  };
}
