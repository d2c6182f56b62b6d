/** Where readings come from. */
export interface ReadingSources {
  readonly now: () => number;
  readonly random: () => number;
  /** Told when a source throws or gives something that is no reading. */
  readonly report: (error: Error) => void;
}

/**
 * The same sources, and none of them can throw or give nonsense: XState ends an actor for good when a guard, a delay
 * or an assign throws. A broken clock stands still at its last good reading, so that nobody is asked too early; a
 * broken random source adds no jitter.
 */
export function safeReadings({ now, random, report }: ReadingSources): {
  now: () => number;
  random: () => number;
} {
  let lastTime = 0;
  return {
    now: () => {
      lastTime = reading('now()', now, Number.isFinite, lastTime, report);
      return lastTime;
    },
    random: () => reading('random()', random, (value) => value >= 0 && value <= 1, 0, report),
  };
}

function reading(
  name: string,
  read: () => number,
  isGood: (value: number) => boolean,
  otherwise: number,
  report: (error: Error) => void,
): number {
  let cause: unknown;
  try {
    const value = read();
    if (typeof value === 'number' && isGood(value)) return value;
    cause = new RangeError(`it gave ${String(value)}`);
  } catch (error) {
    cause = error;
  }
  report(new Error(`${name} gave no reading; going on with ${otherwise}`, { cause }));
  return otherwise;
}
