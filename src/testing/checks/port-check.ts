import { isDeepStrictEqual } from 'node:util';

/**
 * A claim that a sync function or a storage must fulfil. One test each: `for (const { claim, run } of checks) test(claim, run)`.
 */
export interface PortCheck {
  readonly claim: string;
  /** @throws Error that names what was found instead */
  run(): Promise<void>;
}

/** @internal */
export function needs(holds: boolean, found: string): void {
  if (!holds) throw new Error(found);
}

/** @internal */
export function needsEqual(actual: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(actual, expected))
    throw new Error(`${what} is ${JSON.stringify(actual)}; it must be ${JSON.stringify(expected)}`);
}
