import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

/**
 * `expect` costs more than a whole step of a worker. A property that checks at every step compares first, and lets
 * `expect` word what differs.
 */
export function expectEqual(actual: unknown, expected: unknown, claim?: string): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual, claim).toEqual(expected);
}

/** The same for a claim that holds or not. */
export function expectThat(holds: boolean, claim: () => string): void {
  if (!holds) expect.fail(claim());
}
