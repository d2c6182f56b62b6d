import fc, { type RunDetails } from 'fast-check';
import { TestRunner } from 'vitest';
import { wholeNumber } from '../../src/testing/fast-check/environment.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** The properties that a test has run, in order. */
    properties?: { runs: number; seed: number }[];
  }
}

/**
 * How often each property runs, few by default: `PROPERTY_RUNS=20000 npm run test:properties`. A failure prints its seed and
 * path; `PROPERTY_SEED=…` runs the same inputs again.
 */
const runs = wholeNumber('PROPERTY_RUNS') ?? 200;
const seed = wholeNumber('PROPERTY_SEED');

fc.configureGlobal({ numRuns: runs, reporter: report, ...(seed === undefined ? {} : { seed }) });

/** Notes runs and seed for whoever reads the log of a run that went well; fails as fast-check does by itself. */
function report(run: RunDetails<unknown>): void {
  const meta = TestRunner.getCurrentTest()?.meta;
  if (meta !== undefined) {
    meta.properties = [...(meta.properties ?? []), { runs: run.numRuns, seed: run.seed }];
  }
  if (run.failed) throw new Error(fc.defaultReportMessage(run), { cause: run.errorInstance });
}

export { fc };
