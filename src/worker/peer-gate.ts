import { systemClock } from '../clock/system-clock.ts';
import type { WorkerClock } from '../clock/worker-clock.ts';
import { clampRetryAfter } from '../policy/retry-after.ts';
import { describe } from '../policy/wire-fields.ts';

/** Lets an attempt at a peer begin, or says until when it may not. Shared by the workers of a process, or of a fleet. */
export interface PeerGate {
  /**
   * Asks for a place. Nobody waits inside an attempt: a place that is not free is `held` until it is.
   *
   * @throws whatever keeps it from answering: a fault of ours, for which no peer is marked. So is an answer that does not come
   * before the limit of the attempt; a place that comes later is given back
   */
  enter(peerUrl: string): Promise<PeerPass | PeerHeld> | PeerPass | PeerHeld;
  /** An operator had a peer's Retry-After cleared. */
  reset?(peerUrl: string): Promise<void> | void;
}

/** The attempt may begin. */
export interface PeerPass {
  readonly held?: undefined;
  /** The attempt is over; `retryAfterSeconds` is what the peer asked for, 0 if nothing. Called once. What it throws is emitted as `fault`. */
  answered(answer: { readonly retryAfterSeconds: number }): Promise<void> | void;
}

/** The attempt may not begin before this, in Unix seconds with a fraction. */
export interface PeerHeld {
  readonly held: number;
}

/** What a gate allows at each origin. */
export interface PeerGateOptions {
  /** The most attempts under way at one origin at a time. @default no limit */
  readonly atOnce?: number | undefined;
  /** Milliseconds between the beginnings of two attempts at one origin. @default 0 */
  readonly spacingMs?: number | undefined;
  /** @default the system's */
  readonly clock?: WorkerClock | undefined;
}

interface Origin {
  underWay: number;
  retryAfterUntil: number;
  /** When the newest attempt began, in Unix seconds. */
  begunAt: number;
  /** The last slot that was given out, in Unix seconds. */
  lastSlot: number;
}

/** Earlier than any time: a clock may be before 1970. */
const NEVER = Number.NEGATIVE_INFINITY;

/** How soon a place is taken to become free again, in seconds. */
const EXPECTED_ATTEMPT_SECONDS = 1;

/** No wait that is kept here outlasts this, in seconds: a clock that was set back does not prolong it. */
const MAX_HELD_SECONDS = 3600;

/**
 * A gate in memory, for workers that share hosts: a Retry-After of an origin holds back all of them, at most so many
 * attempts are under way at once, and they begin one after the other. Those that are held get slots one after the other, so
 * that they do not all come back in the same second.
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
