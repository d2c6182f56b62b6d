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

/** How long the result of an attempt waits until the gate has taken it. */
const MAX_GATE_SECONDS = 5;

/** An attempt that has not asked its peer yet is given up this long before its limit, at which the chart would mark the peer. */
const BEFORE_LIMIT_MS = 1;

/** How the attempt that a stop aborted ended. */
export type Withdrawal =
  /** None was under way, or it succeeded before it saw the stop. */
  | { readonly kind: 'none' }
  /** It is over. `answer` carries the Retry-After or head of a last answer, or says that the peer was not asked. */
  | { readonly kind: 'over'; readonly answer: FailedAttempt | undefined }
  /** It has not settled within the grace, and may still write. */
  | { readonly kind: 'still running' };

/** Controls the attempt of a worker from outside the chart. */
export interface AttemptControl {
  /** What the chart calls in place of the sync function. */
  readonly sync: SyncFunction;
  /** For a chart that failed: XState leaves its attempt running. */
  abort(reason: unknown): void;
  /** Aborts the attempt under way, blocks new ones, and waits for its end. */
  withdraw(): Promise<Withdrawal>;
  /** Allows attempts to begin. */
  open(): void;
  /** Resolves when the chart tries to begin an attempt while the worker stops; the peer of that attempt is not asked. */
  refused(): Promise<void>;
  /** The result of that attempt; undefined if there was none. */
  readonly refusal: FailedAttempt | undefined;
}

interface UnderWay {
  readonly controller: AbortController;
  /** Resolves when the sync function has settled: to 'ended' if it succeeded, else to what its failure has to report. */
  readonly settled: Promise<FailedAttempt | 'ended' | undefined>;
  isWithdrawn: boolean;
}

export interface AttemptControlOptions {
  readonly sync: SyncFunction;
  readonly gate: PeerGate | undefined;
  readonly clock: WallClock;
  /** Resolves once the run is saved, so that a restart recognises a crash; undefined if it is saved already. */
  readonly recorded: () => Promise<void> | undefined;
  /** Reports an error that fails no attempt. */
  readonly fault: (cause: unknown) => void;
}

export function createAttemptControl(options: AttemptControlOptions): AttemptControl {
  const { sync, gate, clock, recorded, fault } = options;
  let isStopping = false;
  let underWay: UnderWay | undefined;
  let refuse: () => void = () => undefined;
  let refusal: FailedAttempt | undefined;
  let refused: Promise<void> = Promise.resolve();

  /** Waits until the peer may be asked: the run is saved, and the gate lets the attempt begin. */
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
  /** The same, but rejects when the signal aborts, and with a PeerSyncLocalError just before the limit of the attempt. */
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
      // A pass that comes too late is given back. An error is reported already, or belongs to an attempt that was over.
      entering.then(
        (pass) => leave(pass, 0),
        () => undefined,
      );
      throw error;
    } finally {
      clock.clearTimeout(timer);
    }
  };
  /** An error of the gate does not change the result of the attempt. */
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
      // Stop before the limit of the attempt, at which the peer's Retry-After would be lost.
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
      // If a run begins as the actor starts, its attempt is called just before `run.started` is emitted and saved.
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
    // The stop reports how a withdrawn attempt ended. Never settle, so that the chart does not fail over meanwhile.
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

/** Marks the failure as local: a peer that was not asked gets no mark. */
function unasked(failed: FailedAttempt): FailedAttempt {
  return { ...failed, local: true };
}

/** Milliseconds to the earlier limit of an attempt: its own or its run's. */
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
