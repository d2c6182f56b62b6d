import { describe } from '../policy/wire-fields.ts';

/**
 * Reads an option that is a whole number from 1 to `most`. The default is `usual`.
 *
 * @throws RangeError naming the option, its value and what is allowed
 */
export function wholeOption<Name extends string>(
  options: { readonly [Option in Name]?: number | undefined },
  name: Name,
  usual: number,
  most: number,
): number {
  const value = options[name] ?? usual;
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  throw new RangeError(`${name} is ${describe(value)}; allowed is a whole number from 1 to ${most}`);
}
