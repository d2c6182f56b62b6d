import fc from 'fast-check';

/**
 * How often each property runs, few by default: `PROPERTY_RUNS=20000 npm run test:unit`. A failure prints its seed and
 * path; `PROPERTY_SEED=…` runs the same inputs again.
 */
const runs = wholeNumber('PROPERTY_RUNS') ?? 200;
const seed = wholeNumber('PROPERTY_SEED');

fc.configureGlobal({ numRuns: runs, ...(seed === undefined ? {} : { seed }) });

function wholeNumber(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${name} is ${text}; allowed is a whole number`);
  return value;
}

export { fc };
