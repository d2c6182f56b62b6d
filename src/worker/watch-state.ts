import type { WallClock } from '../clock/wall-clock.ts';
import { type SyncOutcome, type SyncWorkerState, syncOutcomes } from '../policy/sync-worker-state.ts';
import { describe } from '../policy/wire-fields.ts';
import { onAbort } from './on-abort.ts';

/** What ends a wait early, and whether the current outcome counts. */
export interface WaitForOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds. @default no limit */
  readonly timeout?: number;
  /** Wait until the outcome is reached again, even if it is the current one. @default false */
  readonly next?: boolean;
}

/** Ways to wait for a worker's states. */
export interface StateWatch {
  /** The state changed. */
  changed(): void;
  /** A run ended, or the worker went solo. */
  runFinished(): void;
  /** The worker stopped: no more changes until it starts again. */
  ended(): void;
  /** The worker starts: changes may come again. */
  begun(): void;
  /** The current state, then the state after each change, until the worker stops. A slow reader skips to the newest. */
  changes(signal: AbortSignal | undefined): AsyncGenerator<SyncWorkerState, void, undefined>;
  waitFor(outcome: SyncOutcome, options: WaitForOptions): Promise<SyncWorkerState>;
  /** Resolves to the state in which the next run ends. */
  nextRun(signal: AbortSignal | undefined): Promise<SyncWorkerState>;
}

interface Watcher {
  readonly changed?: () => void;
  readonly runFinished?: () => void;
  readonly ended: () => void;
}

export function createStateWatch(state: () => SyncWorkerState, clock: WallClock): StateWatch {
  const watchers = new Set<Watcher>();
  let isOver = false;

  const add = (watcher: Watcher): (() => void) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  };

  interface Wait extends Pick<WaitForOptions, 'signal' | 'timeout'> {
    /** What is waited for, for the error messages: "The worker was not …". */
    readonly what: string;
    readonly on: 'changed' | 'runFinished';
    readonly isMet: (state: SyncWorkerState) => boolean;
  }
  const wait = ({ what, on, isMet, signal, timeout }: Wait): Promise<SyncWorkerState> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const is = (): string => `it is ${state().lastOutcome}`;
      if (isOver) {
        return reject(
          new Error(`The worker is stopped, and will not be ${what} before it starts again; ${is()}`),
        );
      }
      let timer: unknown;
      const settle = (act: () => void): void => {
        unwatch();
        forget();
        if (timer !== undefined) clock.clearTimeout(timer);
        act();
      };
      const unwatch = add({
        [on]: () => {
          const now = state();
          if (isMet(now)) settle(() => resolve(now));
        },
        ended: () => settle(() => reject(new Error(`The worker stopped before it was ${what}; ${is()}`))),
      });
      const forget = onAbort(signal, () => settle(() => reject(signal?.reason)));
      if (timeout === undefined) return;
      timer = clock.setTimeout(() => {
        const message = `The worker was not ${what} within ${timeout} ms; ${is()}`;
        settle(() => reject(new DOMException(message, 'TimeoutError')));
      }, timeout);
    });

  return {
    changed: () => {
      for (const { changed } of [...watchers]) changed?.();
    },
    runFinished: () => {
      for (const { runFinished } of [...watchers]) runFinished?.();
    },
    ended: () => {
      isOver = true;
      for (const { ended } of [...watchers]) ended();
    },
    begun: () => {
      isOver = false;
    },
    async *changes(signal) {
      let isDone = isOver || (signal?.aborted ?? false);
      let wake: () => void = () => undefined;
      const end = (): void => {
        isDone = true;
        wake();
      };
      const unwatch = add({ changed: () => wake(), ended: end });
      const forget = onAbort(signal, end);
      try {
        let given: SyncWorkerState | undefined;
        while (!isDone) {
          const now = state();
          if (now !== given) {
            given = now;
            yield now;
            continue;
          }
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        unwatch();
        forget();
      }
    },
    waitFor: (outcome, { next = false, timeout, signal }) => {
      if (!syncOutcomes.includes(outcome)) {
        const message = `outcome is ${describe(outcome)}; allowed is one of ${syncOutcomes.join(', ')}`;
        return Promise.reject(new RangeError(message));
      }
      if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 0)) {
        const message = `timeout is ${describe(timeout)}; allowed are milliseconds of at least 0`;
        return Promise.reject(new RangeError(message));
      }
      const isMet = ({ lastOutcome }: SyncWorkerState): boolean => lastOutcome === outcome;
      if (!next && signal?.aborted !== true && isMet(state())) return Promise.resolve(state());
      const limits = {
        ...(signal === undefined ? {} : { signal }),
        ...(timeout === undefined || timeout === Number.POSITIVE_INFINITY ? {} : { timeout }),
      };
      return wait({ ...limits, what: outcome, on: 'changed', isMet });
    },
    nextRun: (signal) =>
      wait({
        ...(signal === undefined ? {} : { signal }),
        what: 'done with a run',
        on: 'runFinished',
        isMet: () => true,
      }),
  };
}
