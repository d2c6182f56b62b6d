/** The world outside, read in this file and nowhere else. */

/** Wall time in Unix seconds with a fraction. */
export function systemNow(): number {
  return Date.now() / 1000;
}

/** A number from 0 up to 1. */
export function systemRandom(): number {
  return Math.random();
}

/** Shows an error that nobody else takes, without ending the process. */
export function systemReport(error: Error): void {
  process.emitWarning(error);
}
