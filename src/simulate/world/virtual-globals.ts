/** Replacements for the globals from which a library takes time and randomness. */
export interface VirtualGlobals {
  /** Wall time in Unix milliseconds. */
  readonly now: () => number;
  readonly setTimeout: (callback: () => void, delay: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** Real time, even while the globals are replaced. Milliseconds since an arbitrary origin. */
export const realTime: () => number = performance.now.bind(performance);

/**
 * Replaces `setTimeout`, `clearTimeout`, `Date.now` and `Math.random` by virtual ones while `act` runs.
 *
 * cockatiel, p-retry and undici use these globals and do not accept a clock. No other code sees the replacements if `act` starts
 * in a separate turn of the event loop and awaits nothing but {@link settled}: then no timer, no I/O and no other code runs
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

/** Resolves when no microtask is left, that is when all promises have settled that depend only on each other. */
export function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
