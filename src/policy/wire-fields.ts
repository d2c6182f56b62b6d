/**
 * Reads and writes plain objects under their wire names (snake_case), with the same wording for every error.
 * @internal
 */
import { safeText } from './safe-text.ts';

export interface FieldKind<T> {
  readonly allowed: string;
  readonly accepts: (value: unknown) => value is T;
}

/** A kind for each field of `T`. */
export type FieldKinds<T> = { readonly [Field in keyof T]: FieldKind<T[Field]> };

/** How the fields of `T` are read and written: the name and kind of each, and the values of missing ones. */
export interface ObjectFields<T> {
  readonly fields: readonly { readonly field: Extract<keyof T, string>; readonly name: string }[];
  readonly kinds: FieldKinds<T>;
  readonly first: T;
}

/** Fields under their TypeScript names. */
export function ownFields<T extends object>(kinds: FieldKinds<T>, first: T): ObjectFields<T> {
  const fields = fieldsOf(kinds).map((field) => ({ field, name: field }));
  return { fields, kinds, first };
}

/** Fields under their wire names: `lastSyncOkAt` becomes `last_sync_ok_at`. */
export function wireFields<T extends object>(kinds: FieldKinds<T>, first: T): ObjectFields<T> {
  const fields = fieldsOf(kinds).map((field) => ({
    field,
    name: field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  }));
  return { fields, kinds, first };
}

function fieldsOf<T>(kinds: FieldKinds<T>): Extract<keyof T, string>[] {
  return Object.keys(kinds) as Extract<keyof T, string>[];
}

export const seconds: FieldKind<number> = {
  allowed: 'a whole number of seconds',
  accepts: (value): value is number => Number.isSafeInteger(value),
};

export const count: FieldKind<number> = {
  allowed: 'a whole number of at least 0',
  accepts: (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
};

export const text: FieldKind<string> = {
  allowed: 'a string',
  accepts: (value) => typeof value === 'string',
};

export const flag: FieldKind<boolean> = {
  allowed: 'true or false',
  accepts: (value) => typeof value === 'boolean',
};

export const plainObject: FieldKind<Readonly<Record<string, unknown>>> = {
  allowed: 'an object',
  accepts: (value): value is Readonly<Record<string, unknown>> => isRecord(value),
};

export function oneOf<T extends string>(values: readonly T[]): FieldKind<T> {
  return {
    allowed: values.map((value) => `'${value}'`).join(', '),
    accepts: (value): value is T => values.some((one) => one === value),
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads the fields of an object; a missing one takes its initial value, and unknown keys are ignored.
 *
 * @throws TypeError naming the object, the field, its value and what is allowed
 */
export function readFields<T extends object>(
  { fields, kinds, first }: ObjectFields<T>,
  value: unknown,
  what: string,
): T {
  if (!isRecord(value)) throw new TypeError(`${what} is ${describe(value)}; allowed is an object`);
  // Copy a literal to keep its shape: V8 would store an object built key by key as a slow dictionary.
  const read = { ...first };
  for (const { field, name } of fields) {
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    if (given === undefined) continue;
    const kind = kinds[field];
    if (!kind.accepts(given)) {
      throw new TypeError(`${what}: ${name} is ${describe(given)}; allowed is ${kind.allowed}`);
    }
    // A JSON round trip turns −0 into 0; do the same here.
    read[field] = given === 0 ? (0 as typeof given) : given;
  }
  return read;
}

/** The same fields as a plain object. */
export function writeFields<T extends object>(
  { fields }: ObjectFields<T>,
  value: T,
): Record<string, unknown> {
  return Object.fromEntries(fields.map(({ field, name }) => [name, value[field]]));
}

/** Maximum characters of a value in a message; an onion address fits. */
const MAX_SHOWN = 61;

/** Formats any value for an error message: short, on one line, safe to show. */
export function describe(value: unknown): string {
  const type = typeof value;
  if (type === 'number' || type === 'bigint') return String(value);
  if (type === 'function' || type === 'symbol') return `a ${type}`;
  return safeText(asJson(value), MAX_SHOWN);
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    // A cycle, or a toJSON that throws.
    return 'an object that JSON cannot hold';
  }
}
