/**
 * JSON that is read and written again without touching a number: other programs put nanoseconds and `5.0` into a file
 * that we share, and a double keeps neither. A number that would change is a marked string meanwhile.
 */
import { randomUUID } from 'node:crypto';

/** No text of a file begins with this. */
const MARK = `\u0000${randomUUID()}:`;
const written = new RegExp(`"\\\\u0000${MARK.slice(1)}([^"]+)"`, 'g');
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
/** Outside of strings no number that a double would change is without this. */
const perhapsInexact = /(?:^|[[:,\s])(?:-?\d+[.eE]|-?\d{16}|-0)/;

/** A value read from a text. */
export interface ExactJson {
  /** To be printed by `printExact`. */
  readonly exact: unknown;
  /** As JSON.parse reads it. The same object, where no number would change. */
  readonly plain: unknown;
}

/** @throws SyntaxError */
export function parseExact(text: string): ExactJson {
  const plain: unknown = JSON.parse(text);
  // To look at every number of a large file takes much longer than to read it.
  if (!perhapsInexact.test(text)) return { exact: plain, plain };
  const marked = text.replace(stringOrNumber, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : JSON.stringify(MARK + token),
  );
  return { exact: marked === text ? plain : JSON.parse(marked), plain };
}

/** Text that people can read and compare line by line. */
export function printExact(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(written, '$1');
}
