import { setImmediate, setTimeout } from 'node:timers/promises';
import { systemReport } from '../../clock/system-ports.ts';

/** Real milliseconds after which a pending call is named in a warning. No test outcome depends on it. */
const WARN_AFTER_MS = 2000;

/** Real milliseconds after which the world throws. It only ends a test that hangs: no machine is this slow. */
const GIVE_UP_AFTER_MS = 900_000;

const HANGING =
  'a call of the sync function or the storage neither settles nor waits for anything in its world';

/** The pending calls of a world's sync function and storage. */
export interface Calls {
  /** Follows a call until it settles. */
  follow(call: PromiseLike<unknown>): void;
  /**
   * Resolves when nothing is left to do now: every call has settled or waits for virtual time.
   *
   * @throws Error if a call has done neither after a quarter of an hour
   */
  settled(): Promise<void>;
}

/**
 * Finds out when nothing is left to do, without guessing by time. One turn of the event loop settles all promises that depend
 * only on each other. A call still pending then either waits for the world (a scripted peer, a timer of the world's clock), which
 * `waits()` counts; or it works in real time, with a file, a socket or a thread, and we wait for it, however slow the machine is.
 * A hanging call looks the same from outside, so it is named in a warning.
 *
 * @param waits counts the open waits for the world
 */
export function createCalls(waits: () => number): Calls {
  let underWay = 0;
  const isWorking = (): boolean => underWay > waits();
  const waitForWork = async (): Promise<void> => {
    const began = performance.now();
    let isNamed = false;
    for (let turn = 0; isWorking(); turn += 1) {
      await (turn < 100 ? setImmediate() : setTimeout(1));
      const lasted = performance.now() - began;
      if (lasted > GIVE_UP_AFTER_MS) throw new Error(`${HANGING}; gave up after 15 min`);
      if (lasted < WARN_AFTER_MS || isNamed) continue;
      isNamed = true;
      systemReport(new Error(`${HANGING}; to let a call hang, await world.clock.never()`));
    }
  };
  return {
    follow: (call) => {
      underWay += 1;
      const over = (): void => {
        underWay -= 1;
      };
      call.then(over, over);
    },
    settled: async () => {
      await setImmediate();
      if (isWorking()) await waitForWork();
    },
  };
}
