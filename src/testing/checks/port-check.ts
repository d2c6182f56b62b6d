import { isDeepStrictEqual } from 'node:util';

/** One thing that a port must hold, for a test of its own: `for (const { claim, run } of checks) test(claim, run)`. */
export interface PortCheck {
  readonly claim: string;
  /** @throws Error saying what was found instead */
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
