/** What stands in for the globals that a library reads its time and chance from. */
export interface VirtualGlobals {
  /** Wall time in Unix milliseconds. */
  readonly now: () => number;
  readonly setTimeout: (callback: () => void, delay: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** The machine's own time, whatever stands in for it meanwhile. Milliseconds from any origin. */
export const realTime: () => number = performance.now.bind(performance);

/**
 * Puts virtual time and chance in place of `setTimeout`, `clearTimeout`, `Date.now` and `Math.random` while `act` runs.
 *
 * cockatiel, p-retry and undici read these globals and take no clock. Nobody else sees the stand-ins, if `act` is begun in a
 * turn of the event loop of its own and awaits nothing but {@link settled}: no timer, no I/O and no other program part runs
 * before it is over.
 */
export async function withVirtualGlobals<T>(virtual: VirtualGlobals, act: () => Promise<T>): Promise<T> {
  const { setTimeout, clearTimeout } = globalThis;
  const { now } = Date;
  const { random } = Math;
  const setVirtual = (callback: (...args: unknown[]) => void, delay = 0, ...args: unknown[]): unknown =>
    virtual.setTimeout(() => callback(...args), delay);
  try {
    Object.assign(globalThis, { setTimeout: setVirtual, clearTimeout: virtual.clearTimeout });
    Object.assign(Date, { now: virtual.now });
    Object.assign(Math, { random: virtual.random });
    return await act();
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
    Object.assign(Date, { now });
    Object.assign(Math, { random });
  }
}

/** Resolves once every promise that can settle by itself has: Node runs the next tick when no microtask is left. */
export function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
