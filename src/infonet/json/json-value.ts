/**
 * JSON as an event's hash needs it: numbers keep the spelling they had on the wire, objects are maps.
 *
 * A reader of our own, not `lossless-json`: that one sets `__proto__` on a plain object, keeps equal duplicate keys and
 * lone surrogates, and has no limit on depth or number of values; each would need a patch, and the rest is short.
 */

/** A number as it was spelled: `5.0` stays `5.0`. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A map, so that a key such as `__proto__` is a key like any other. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

/** Any JSON. */
export type JsonValue = string | boolean | null | JsonNumber | JsonObject | readonly JsonValue[];

/** How large a text may become once it is read. */
export interface JsonLimits {
  /** Arrays and objects within each other. Python, whose chain we read, goes to about 1,000. @default 1000 */
  readonly maxDepth?: number;
  /** Values in all, so that a small body cannot become a large heap. @default 250,000 */
  readonly maxValues?: number;
}

/** The text is no JSON, or more of it than is allowed. The message shows none of it. */
export class JsonRefused extends Error {
  override readonly name = 'JsonRefused';
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}

export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/**
 * JSON text with keys in the order of their code points, no white space, non-ASCII as it is, numbers as they were
 * spelled: what an event's id and signature are made over.
 */
export function canonicalJson(value: JsonValue): string {
  if (value instanceof JsonNumber) return value.text;
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const entries = [...value].sort(([a], [b]) => compareCodePoints(a, b));
  return `{${entries.map(([key, held]) => `${JSON.stringify(key)}:${canonicalJson(held)}`).join(',')}}`;
}

const BEYOND = /[\ud800-\uffff]/;

/** JavaScript compares UTF-16 units, which puts U+1F600 before U+FF5E; bytes of UTF-8 sort as code points do. */
function compareCodePoints(a: string, b: string): number {
  if (BEYOND.test(a) && BEYOND.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
