import { setImmediate, setTimeout } from 'node:timers/promises';

/** Real milliseconds that a call which waits for nothing of its world may take before it counts as one that hangs. */
const PATIENCE_MS = 2000;

/** The calls of a world's sync function and storage that are under way. */
export interface Calls {
  /** Follows a call until it settles. */
  follow(call: PromiseLike<unknown>): void;
  /**
   * Resolves when nothing is left to do at this moment: every call has settled, or waits for the world's own time.
   *
   * @returns how many calls were given up as hanging, since the last time
   */
  settled(): Promise<number>;
}

/**
 * When nothing is left to do is found out, not guessed. One turn of the event loop runs all that promises can do by themselves,
 * however many there are of them. A call that is under way then either waits for the world (a scripted peer, a timer of the
 * world's clock), which is counted; or it works in real time, with a file, a socket, a thread, and is waited for. One that
 * does neither for two real seconds hangs, and is not waited for again.
 *
 * @param waits how many waits for the world are open
 */
export function createCalls(waits: () => number): Calls {
  let underWay = 0;
  let hanging = 0;
  const isWorking = (): boolean => underWay - hanging > waits();
  const waitForWork = async (): Promise<number> => {
    const limit = AbortSignal.timeout(PATIENCE_MS);
    for (let turn = 0; isWorking(); turn += 1) {
      await (turn < 100 ? setImmediate() : setTimeout(1));
      if (!limit.aborted) continue;
      const found = underWay - hanging - waits();
      hanging += found;
      return found;
    }
    return 0;
  };
  return {
    follow: (call) => {
      underWay += 1;
      const over = (): void => {
        underWay -= 1;
        hanging = Math.min(hanging, underWay);
      };
      call.then(over, over);
    },
    settled: async () => {
      await setImmediate();
      return isWorking() ? waitForWork() : 0;
    },
  };
}
