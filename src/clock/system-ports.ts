/** The default time, randomness and error reports of a machine. */

/** Wall time in Unix seconds with a fraction. */
export function systemNow(): number {
  return Date.now() / 1000;
}

/** A number from 0 up to 1. */
export function systemRandom(): number {
  return Math.random();
}

/** Warns of an error that nothing else handles, without ending the process. */
export function systemReport(error: Error): void {
  process.emitWarning(error);
}
