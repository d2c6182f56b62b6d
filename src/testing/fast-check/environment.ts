/**
 * Reads a whole number from the environment; undefined if it is not set.
 *
 * @throws RangeError for anything else
 */
export function wholeNumber(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${name} is ${text}; allowed is a whole number`);
  return value;
}
