import { FleetError } from '../fleet-errors.ts';
import type { FleetStore } from './store.ts';

/** Between two tries while the store answers and refuses, in milliseconds. */
const PAUSE_MS = 100;

/**
 * Tries until the store has heard it. What is tried again must be the same a second time: the first may have been done, and only
 * its answer lost.
 *
 * @throws what is no fault of the store, and the signal's reason
 */
export async function insist<T>(
  store: Pick<FleetStore, 'back'>,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof FleetError) || error.code !== 'store_away') throw error;
      await pause(signal);
      await store.back(signal);
    }
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, PAUSE_MS);
    signal.addEventListener('abort', done, { once: true });
  });
}
