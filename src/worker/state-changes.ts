import type { SyncWorkerState } from '../policy/sync-worker-state.ts';

/** Where changes come from. */
export interface ChangeSource {
  readonly state: () => SyncWorkerState;
  /** Calls back at each change, and with `ended` when there will be none any more. Returns what ends that. */
  readonly watch: (changed: () => void, ended: () => void) => () => void;
}

/** The state now and at each change. It keeps no queue: a reader that comes late gets the newest. */
export async function* stateChanges(
  source: ChangeSource,
  signal: AbortSignal | undefined,
): AsyncGenerator<SyncWorkerState, void, undefined> {
  let over = signal?.aborted ?? false;
  let wake: () => void = () => undefined;
  const end = (): void => {
    over = true;
    wake();
  };
  const unwatch = source.watch(() => wake(), end);
  signal?.addEventListener('abort', end, { once: true });
  try {
    let told: SyncWorkerState | undefined;
    while (!over) {
      const state = source.state();
      if (state !== told) {
        told = state;
        yield state;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    unwatch();
    signal?.removeEventListener('abort', end);
  }
}
