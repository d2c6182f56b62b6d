import { safeText } from '../../policy/safe-text.ts';

/** Those that say something about an attempt. */
const names: readonly string[] = [
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'location',
  'server',
  'via',
  'date',
];

/** The headers that are shown, in the order they came in. */
export function headersThatMatter(headers: NodeJS.Dict<string[]>): [name: string, value: string][] {
  return Object.entries(headers)
    .filter(([name]) => names.includes(name))
    .flatMap(([name, values = []]) => values.map((value): [string, string] => [name, safeText(value, 200)]));
}
