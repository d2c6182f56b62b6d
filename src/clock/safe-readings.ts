/** The sources of time and randomness. */
export interface ReadingSources {
  readonly now: () => number;
  readonly random: () => number;
  /** Called when a source throws or returns an invalid value. */
  readonly report: (error: Error) => void;
}

/**
 * Wraps the sources so that they cannot throw or return nonsense: XState ends an actor for good when a guard, a delay or an
 * assign throws. A broken clock stays at its last good reading, so that no peer is asked too early; a broken random source
 * adds no jitter.
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
