import type { WorkerClock } from '../clock/worker-clock.ts';
import type { SyncOutcome, SyncWorkerState } from '../policy/sync-worker-state.ts';
import type { ChangeSource } from './state-changes.ts';
import type { WaitForOptions } from './sync-worker.ts';

/** Resolves with the state once its outcome is this one. */
export function waitFor(
  source: ChangeSource,
  outcome: SyncOutcome,
  clock: WorkerClock,
  { signal, timeout }: WaitForOptions,
): Promise<SyncWorkerState> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    if (source.state().lastOutcome === outcome) return resolve(source.state());
    const settle = (act: () => void): void => {
      unwatch();
      signal?.removeEventListener('abort', aborted);
      if (timer !== undefined) clock.clearTimeout(timer);
      act();
    };
    const was = (): string => `the worker is ${source.state().lastOutcome}`;
    const aborted = (): void => settle(() => reject(signal?.reason));
    const changed = (): void => {
      const state = source.state();
      if (state.lastOutcome === outcome) settle(() => resolve(state));
    };
    const unwatch = source.watch(changed, () =>
      settle(() => reject(new Error(`The worker stopped before it was ${outcome}; ${was()}`))),
    );
    signal?.addEventListener('abort', aborted, { once: true });
    const timer =
      timeout === undefined
        ? undefined
        : clock.setTimeout(() => {
            const message = `The worker was not ${outcome} within ${timeout} ms; ${was()}`;
            settle(() => reject(new DOMException(message, 'TimeoutError')));
          }, timeout);
  });
}
