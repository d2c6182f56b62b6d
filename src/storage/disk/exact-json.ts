/**
 * JSON that is read and written again without touching a number: other programs put nanoseconds and `5.0` into a file
 * that we share, and a double keeps neither. A number that would change is a marked string meanwhile.
 */
import { randomUUID } from 'node:crypto';
import { isRecord } from '../../policy/wire-fields.ts';

/** No text of a file begins with this. */
const MARK = `\u0000${randomUUID()}:`;
const written = new RegExp(`"\\\\u0000${MARK.slice(1)}([^"]+)"`, 'g');
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** @throws SyntaxError */
export function parseExact(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const marked = text.replace(stringOrNumber, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : JSON.stringify(MARK + token),
  );
  return marked === text ? value : JSON.parse(marked);
}

/** Text that people can read and compare line by line. */
export function printExact(value: unknown): string {
  return `${JSON.stringify(value, null, 2).replace(written, '$1')}\n`;
}

/** The same value with every number a number. */
export function plain(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(MARK) ? Number(value.slice(MARK.length)) : value;
  if (Array.isArray(value)) return value.map(plain);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, plain(held)]));
}
