import type { WallClock } from '../clock/wall-clock.ts';
import { SyncAbortedError } from '../policy/errors.ts';
import type { FailedAttempt, SyncAnswer, SyncFunction } from '../schedule/attempt.ts';
import { describeFailure } from '../schedule/read-attempt.ts';
import type { PeerGate } from './peer-gate.ts';
import { settlesWithin } from './saver.ts';

/** How long `stop()` waits for a sync function whose signal was aborted. */
const STOP_GRACE_SECONDS = 5;

/** What became of the attempt that a stop aborted. */
export type Withdrawal =
  /** None was under way, or it ended well before it saw the stop. */
  | { readonly kind: 'none' }
  /** It is over. `answer` is what a server asked for in its last answer. */
  | { readonly kind: 'over'; readonly answer: FailedAttempt | undefined }
  /** It has not settled within the grace, and may still write. */
  | { readonly kind: 'still running' };

/** The attempt of a worker, with a hold on it from outside of the chart. */
export interface AttemptControl {
  /** What the chart calls in place of the sync function. */
  readonly sync: SyncFunction;
  /** The chart failed: XState leaves its attempt running. */
  abort(reason: unknown): void;
  /** Aborts the attempt under way, lets no other begin, and waits for its end. */
  withdraw(): Promise<Withdrawal>;
  /** Attempts may begin. */
  open(): void;
  /** Resolves when the chart would have begun an attempt while the worker stops. */
  refused(): Promise<void>;
}

interface UnderWay {
  readonly controller: AbortController;
  /** Resolves when the sync function has settled: to what is left to tell, or to 'ended' if the chart knows. */
  readonly settled: Promise<FailedAttempt | 'ended' | undefined>;
  isWithdrawn: boolean;
}

export interface AttemptControlOptions {
  readonly sync: SyncFunction;
  readonly gate: PeerGate | undefined;
  readonly clock: WallClock;
  /** Resolves once the run is on record, so that a crash is seen for what it is; undefined if it is. */
  readonly recorded: () => Promise<void> | undefined;
}

export function createAttemptControl(options: AttemptControlOptions): AttemptControl {
  const { sync, gate, clock, recorded } = options;
  let isStopping = false;
  let underWay: UnderWay | undefined;
  let refuse: () => void = () => undefined;
  let refused: Promise<void> = Promise.resolve();

  const throughGate: SyncFunction = async (peer, given) => {
    const pass = await gate?.enter(peer.peerUrl);
    if (pass === undefined) return sync(peer, given);
    if (pass.held !== undefined) return { held: pass.held };
    let retryAfterSeconds = 0;
    try {
      return await sync(peer, given);
    } catch (error) {
      ({ retryAfterSeconds } = describeFailure(error, given.now()));
      throw error;
    } finally {
      await pass.answered({ retryAfterSeconds });
    }
  };

  const attempt: SyncFunction = (peer, given) => {
    const controller = new AbortController();
    const abort = (): void => controller.abort(given.signal.reason);
    given.signal.addEventListener('abort', abort, { once: true });
    const { signal } = controller;
    const answer = (async (): Promise<SyncAnswer> => {
      // A run that begins with the actor itself is emitted, and so saved, a moment after its attempt is called.
      await undefined;
      const saved = recorded();
      if (saved !== undefined) await Promise.race([saved, aborted(signal)]);
      signal.throwIfAborted();
      return throughGate(peer, { ...given, signal });
    })();
    const settled = answer.then(
      () => 'ended' as const,
      (error: unknown) => {
        const failed = describeFailure(error, given.now());
        return failed.retryAfterSeconds > 0 || failed.head !== '' ? failed : undefined;
      },
    );
    const own: UnderWay = { controller, settled, isWithdrawn: false };
    underWay = own;
    void settled.then(() => {
      given.signal.removeEventListener('abort', abort);
      if (underWay === own) underWay = undefined;
    });
    // What a stop made of the attempt is the stop's to tell; the chart is not to fail over meanwhile.
    return answer.catch((error: unknown) =>
      own.isWithdrawn ? new Promise<never>(() => undefined) : Promise.reject(error),
    );
  };

  return {
    sync: (peer, given) => {
      if (!isStopping) return attempt(peer, given);
      refuse();
      return new Promise(() => undefined);
    },
    refused: () => refused,
    abort: (reason) => underWay?.controller.abort(reason),
    open: () => {
      isStopping = false;
      refused = new Promise((resolve) => {
        refuse = resolve;
      });
    },
    withdraw: async () => {
      isStopping = true;
      const own = underWay;
      if (own === undefined) return { kind: 'none' };
      own.isWithdrawn = true;
      own.controller.abort(new SyncAbortedError('stopped'));
      if (!(await settlesWithin(own.settled, STOP_GRACE_SECONDS, clock))) return { kind: 'still running' };
      const end = await own.settled;
      return end === 'ended' ? { kind: 'none' } : { kind: 'over', answer: end };
    },
  };
}

/** Rejects when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
