import { safeText } from '../../policy/safe-text.ts';

/** Those that say something about an attempt. */
const names: ReadonlySet<string> = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'location',
  'server',
  'via',
  'date',
]);

/** Name and value by turns, as undici has them. */
type RawHeaders = readonly Uint8Array[];

/** The headers that are shown, in the order they came in. */
export function headersThatMatter(raw: RawHeaders): [name: string, value: string][] {
  return pairs(raw)
    .filter(([name]) => names.has(name))
    .map(([name, value]) => [name, safeText(value, 200)]);
}

/** Each Retry-After, as it came. */
export function retryAfterHeaders(raw: RawHeaders): string[] {
  return pairs(raw)
    .filter(([name]) => name === 'retry-after')
    .map(([, value]) => value);
}

function pairs(raw: RawHeaders): [string, string][] {
  const texts = raw.map((bytes) => Buffer.from(bytes).toString('latin1'));
  const found: [string, string][] = [];
  for (let index = 0; index + 1 < texts.length; index += 2) {
    found.push([(texts[index] ?? '').toLowerCase(), texts[index + 1] ?? '']);
  }
  return found;
}
