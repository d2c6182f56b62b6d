import fc from 'fast-check';
import { WorldError } from '../world/world.ts';
import { wholeNumber } from './environment.ts';

/** Settings of `fc.assert`, and the command that runs the test. */
export interface CheckOptions extends Omit<fc.Parameters<unknown>, 'reporter' | 'asyncReporter'> {
  /** How to run this test, for the message of a failure. @default the npm script under way, or `npm test` */
  readonly command?: string | undefined;
}

/**
 * `fc.assert`, with the number of runs from `PROPERTY_RUNS` and the seed from `PROPERTY_SEED`. A failure names seed, path,
 * counterexample and trace, and the commands that reproduce it and play its recording.
 *
 * @throws Error for a property that does not hold
 */
export async function checkProperty<Values>(
  property: fc.IAsyncProperty<Values> | fc.IProperty<Values>,
  options: CheckOptions = {},
): Promise<void> {
  const { command = commandUnderWay(), ...given } = options;
  const numRuns = wholeNumber('PROPERTY_RUNS');
  const seed = wholeNumber('PROPERTY_SEED');
  const parameters = {
    ...given,
    ...(numRuns === undefined ? {} : { numRuns }),
    ...(seed === undefined ? {} : { seed }),
  } as fc.Parameters<Values>;
  const result = await fc.check(property, parameters);
  if (!result.failed) return;
  const cause: unknown = result.errorInstance;
  throw new Error(
    [
      `${fc.defaultReportMessage(result)?.split('\n\nHint')[0]}`,
      '',
      cause instanceof WorldError ? cause.message : String(cause),
      `See it again: PROPERTY_SEED=${result.seed} ${command}`,
    ].join('\n'),
    { cause },
  );
}

function commandUnderWay(): string {
  const script = process.env['npm_lifecycle_event'];
  return script === undefined || script === 'test' || script === 'npx' ? 'npm test' : `npm run ${script}`;
}
