import { FleetError } from '../fleet-errors.ts';
import type { FleetStore } from './store.ts';

/** Delay between two tries while the store answers but refuses. */
const PAUSE_MS = 100;

/**
 * Retries a call until the store acknowledges it. The call must be idempotent: the first one may have succeeded and only its
 * answer been lost.
 *
 * @throws any error but `store_away`, and the signal's reason once it is aborted
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
