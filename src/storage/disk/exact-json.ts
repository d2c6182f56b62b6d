/**
 * Reads and rewrites JSON without changing any number: other programs write nanoseconds and `5.0` into the file that we share,
 * and a double preserves neither. Numbers that would change are held as marked strings in between.
 */
import { randomUUID } from 'node:crypto';

/** No string in a file begins with this. */
const MARK = `\u0000${randomUUID()}:`;
const written = new RegExp(`"\\\\u0000${MARK.slice(1)}([^"]+)"`, 'g');
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
/** Matches every text that has a number, outside strings, that a double would change. */
const perhapsInexact = /(?:^|[[:,\s])(?:-?\d+[.eE]|-?\d{16}|-0)/;

/** A value read from a text. */
export interface ExactJson {
  /** For `printExact`. */
  readonly exact: unknown;
  /** As JSON.parse reads it. The same object as `exact` if no number would change. */
  readonly plain: unknown;
}

/** @throws SyntaxError */
export function parseExact(text: string): ExactJson {
  const plain: unknown = JSON.parse(text);
  // Checking every number of a large file takes much longer than parsing it.
  if (!perhapsInexact.test(text)) return { exact: plain, plain };
  const marked = text.replace(stringOrNumber, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : JSON.stringify(MARK + token),
  );
  return { exact: marked === text ? plain : JSON.parse(marked), plain };
}

/** Formats the text so that people can read it and compare it line by line. */
export function printExact(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(written, '$1');
}
