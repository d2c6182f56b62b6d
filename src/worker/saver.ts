import type { WallClock } from '../clock/wall-clock.ts';
import { PeerSyncLocalError } from '../policy/errors.ts';

/** How long a load, a save or a close may take before the storage counts as hung. */
export const MAX_STORAGE_SECONDS = 30;

/** The error of a storage that hangs: a local fault. */
export function hungStorage(what: 'a load' | 'a save' | 'a close'): PeerSyncLocalError {
  return new PeerSyncLocalError(
    `the storage does not answer: ${what} takes longer than ${MAX_STORAGE_SECONDS} s`,
  );
}

/** Saves values in order, one at a time. While a save is running, only the newest requested value is kept. */
export interface Saver<Value> {
  request(value: Value): void;
  /** Whether the newest value is not saved yet, so that a load would return an older one. */
  isBehind(): boolean;
  /**
   * Resolves once a save of every requested value has been tried; undefined if none is pending.
   *
   * @throws PeerSyncLocalError while a save hangs
   */
  recorded(): Promise<void> | undefined;
  /** Waits for pending saves, and retries a failed one once; gives up on a save that hangs. Never rejects. */
  flush(): Promise<void>;
}

export function createSaver<Value>(
  save: (value: Value) => Promise<void> | void,
  clock: WallClock,
  report: (error: unknown) => void,
): Saver<Value> {
  let pending: { readonly value: Value } | undefined;
  let failed: { readonly value: Value } | undefined;
  let working: Promise<void> | undefined;
  let isHung = false;

  const saveOne = async (next: { readonly value: Value }): Promise<void> => {
    failed = next;
    try {
      await save(next.value);
      failed = undefined;
    } catch (error) {
      report(error);
    }
  };
  const work = async (): Promise<void> => {
    // Wait a turn: `working` must be set before a save can end, and requests of one turn become one save.
    await undefined;
    for (let next = pending; next !== undefined; next = pending) {
      pending = undefined;
      const saved = saveOne(next);
      if (await settlesWithin(saved, MAX_STORAGE_SECONDS, clock)) continue;
      isHung = true;
      report(hungStorage('a save'));
      void saved.then(() => {
        isHung = false;
        pending ??= failed;
        start();
      });
      break;
    }
    working = undefined;
  };
  const start = (): void => {
    if (!isHung && pending !== undefined) working ??= work();
  };

  return {
    request: (value) => {
      pending = { value };
      start();
    },
    isBehind: () => failed !== undefined || pending !== undefined,
    recorded: () => {
      if (working === undefined && !isHung) return undefined;
      return (working ?? Promise.resolve()).then(() => {
        if (isHung) throw hungStorage('a save');
      });
    },
    flush: async () => {
      await working;
      if (failed === undefined || isHung) return;
      pending = failed;
      start();
      await working;
    },
  };
}

/** Resolves to true once a promise has fulfilled or rejected, or to false if that takes longer. Never rejects. */
export function settlesWithin(
  promise: PromiseLike<unknown>,
  seconds: number,
  clock: WallClock,
): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(() => resolve(false), seconds * 1000);
    const done = (): void => {
      clock.clearTimeout(timer);
      resolve(true);
    };
    promise.then(done, done);
  });
}

/** Waits for a storage's answer. @throws what the storage throws; PeerSyncLocalError if it hangs */
export async function answerInTime<Answer>(
  asked: Promise<Answer>,
  what: Parameters<typeof hungStorage>[0],
  clock: WallClock,
): Promise<Answer> {
  if (!(await settlesWithin(asked, MAX_STORAGE_SECONDS, clock))) throw hungStorage(what);
  return asked;
}
