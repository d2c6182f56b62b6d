import type { WallClock } from '../clock/wall-clock.ts';
import { isPeerSyncError, PeerSyncLocalError, SyncAbortedError } from '../policy/errors.ts';
import type { FailedAttempt, SyncAnswer, SyncFunction } from '../schedule/attempt.ts';
import { attemptTimeout, stuckTimeout } from '../schedule/chart-values.ts';
import { describeFailure } from '../schedule/read-attempt.ts';
import type { WorkerContext } from '../schedule/worker-context.ts';
import type { PeerGate, PeerHeld, PeerPass } from './peer-gate.ts';
import { settlesWithin } from './saver.ts';

/** How long `stop()` waits for a sync function whose signal was aborted. */
const STOP_GRACE_SECONDS = 5;

/** How long the result of an attempt waits for the gate to hear of it. */
const MAX_GATE_SECONDS = 5;

/** How long before the limit of an attempt it is given up that has asked nobody yet: the chart would mark its peer. */
const BEFORE_LIMIT_MS = 1;

/** What became of the attempt that a stop aborted. */
export type Withdrawal =
  /** None was under way, or it ended well before it saw the stop. */
  | { readonly kind: 'none' }
  /** It is over. `answer` is what a server asked for in its last answer, or that the peer was not asked. */
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
  /** Resolves when the chart would have begun an attempt while the worker stops: its peer was not asked. */
  refused(): Promise<void>;
  /** How that attempt ended; undefined if there was none. */
  readonly refusal: FailedAttempt | undefined;
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
  /** Takes what went wrong and fails no attempt. */
  readonly fault: (cause: unknown) => void;
}

export function createAttemptControl(options: AttemptControlOptions): AttemptControl {
  const { sync, gate, clock, recorded, fault } = options;
  let isStopping = false;
  let underWay: UnderWay | undefined;
  let refuse: () => void = () => undefined;
  let refusal: FailedAttempt | undefined;
  let refused: Promise<void> = Promise.resolve();

  /** What has to be before a peer is asked: the run is on record, and the gate lets the attempt begin. */
  const enter = async (
    peerUrl: string,
    saved: Promise<void> | undefined,
    signal: AbortSignal,
  ): Promise<PeerPass | PeerHeld | undefined> => {
    await saved;
    signal.throwIfAborted();
    try {
      return await gate?.enter(peerUrl);
    } catch (cause) {
      if (isPeerSyncError(cause)) throw cause;
      throw new PeerSyncLocalError('the gate failed', { cause });
    }
  };
  /** The same, ended by the signal; by a fault of ours, if it takes as long as the attempt may. */
  const enterInTime = async (
    peerUrl: string,
    given: Parameters<SyncFunction>[1],
    controller: AbortController,
  ): Promise<PeerPass | PeerHeld | undefined> => {
    const { signal } = controller;
    const saved = recorded();
    signal.throwIfAborted();
    if (saved === undefined && gate === undefined) return undefined;
    const timer = clock.setTimeout(
      () =>
        controller.abort(new PeerSyncLocalError('the storage or the gate took all the time of the attempt')),
      msLeft(given) - BEFORE_LIMIT_MS,
    );
    const entering = enter(peerUrl, saved, signal);
    try {
      const pass = await Promise.race([entering, aborted(signal)]);
      signal.throwIfAborted();
      return pass;
    } catch (error) {
      // A place that comes too late is given back. What failed is told already, or failed an attempt that was over.
      entering.then(
        (pass) => leave(pass, 0),
        () => undefined,
      );
      throw error;
    } finally {
      clock.clearTimeout(timer);
    }
  };
  /** What became of the attempt stands, whatever the gate makes of it. */
  const leave = async (pass: PeerPass | PeerHeld | undefined, retryAfterSeconds: number): Promise<void> => {
    try {
      if (pass?.held === undefined) await pass?.answered({ retryAfterSeconds });
    } catch (error) {
      fault(error);
    }
  };

  const withPass = async (
    pass: PeerPass | PeerHeld | undefined,
    ...[peer, given]: Parameters<SyncFunction>
  ): Promise<SyncAnswer> => {
    if (pass === undefined) return sync(peer, given);
    if (pass.held !== undefined) return { held: pass.held };
    let retryAfterSeconds = 0;
    try {
      return await sync(peer, given);
    } catch (error) {
      ({ retryAfterSeconds } = describeFailure(error, given.now()));
      throw error;
    } finally {
      // No longer than there is time: at the limit of the attempt what the peer asked for would be lost.
      const seconds = (msLeft(given) - BEFORE_LIMIT_MS) / 1000;
      await settlesWithin(leave(pass, retryAfterSeconds), Math.min(MAX_GATE_SECONDS, seconds), clock);
    }
  };

  const attempt: SyncFunction = (peer, given) => {
    const controller = new AbortController();
    const abort = (): void => controller.abort(given.signal.reason);
    given.signal.addEventListener('abort', abort, { once: true });
    const { signal } = controller;
    let isAsked = false;
    const answer = (async (): Promise<SyncAnswer> => {
      // A run that begins with the actor itself is emitted, and so saved, a moment after its attempt is called.
      await undefined;
      const pass = await enterInTime(peer.peerUrl, given, controller);
      isAsked = true;
      return withPass(pass, peer, { ...given, signal });
    })();
    const settled = answer.then(
      () => 'ended' as const,
      (error: unknown) => {
        const failed = describeFailure(error, given.now());
        if (!isAsked) return unasked(failed);
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
      refusal = unasked(describeFailure(new SyncAbortedError('stopped'), given.now()));
      refuse();
      return new Promise(() => undefined);
    },
    refused: () => refused,
    get refusal() {
      return refusal;
    },
    abort: (reason) => underWay?.controller.abort(reason),
    open: () => {
      isStopping = false;
      refusal = undefined;
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

/** A peer that was not asked is not marked, whatever became of its attempt. */
function unasked(failed: FailedAttempt): FailedAttempt {
  return { ...failed, local: true };
}

/** Milliseconds to the first limit of an attempt, its own or that of its run. */
function msLeft({ worker, now }: Pick<Parameters<SyncFunction>[1], 'worker' | 'now'>): number {
  const { context }: { readonly context: WorkerContext } = worker.getSnapshot();
  const { run } = context;
  if (run === null) return stuckTimeout(context);
  const ofAttempt = run.attemptStartedAt * 1000 + attemptTimeout(context);
  const ofRun = run.startedAt * 1000 + stuckTimeout(context);
  return Math.min(ofAttempt, ofRun) - now() * 1000;
}

/** Rejects when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
