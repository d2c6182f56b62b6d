import { setImmediate, setTimeout } from 'node:timers/promises';
import { systemReport } from '../../clock/system-ports.ts';

/** Real milliseconds after which a call that is waited for is named in a warning. Nothing is decided by it. */
const WARN_AFTER_MS = 2000;

/** Real milliseconds after which a world is given up. Only to end a test that hangs: no machine is so slow. */
const GIVE_UP_AFTER_MS = 900_000;

const HANGING =
  'a call of the sync function or the storage does not settle, and waits for nothing of its world';

/** The calls of a world's sync function and storage that are under way. */
export interface Calls {
  /** Follows a call until it settles. */
  follow(call: PromiseLike<unknown>): void;
  /**
   * Resolves when nothing is left to do at this moment: every call has settled, or waits for the world's own time.
   *
   * @throws Error for a call that does neither, after a quarter of an hour
   */
  settled(): Promise<void>;
}

/**
 * When nothing is left to do is found out, not guessed. One turn of the event loop runs all that promises can do by themselves,
 * however many there are of them. A call that is under way then either waits for the world (a scripted peer, a timer of the
 * world's clock), which is counted; or it works in real time, with a file, a socket, a thread, and is waited for, however slow its
 * machine is. That one hangs cannot be told from outside: it is named in a warning.
 *
 * @param waits how many waits for the world are open
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
      if (lasted > GIVE_UP_AFTER_MS) throw new Error(`${HANGING}: the world was given up`);
      if (lasted < WARN_AFTER_MS || isNamed) continue;
      isNamed = true;
      systemReport(new Error(`${HANGING}; one that is to hang may wait for world.clock.never()`));
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
