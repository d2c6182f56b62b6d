import { safeText } from '../../policy/safe-text.ts';

/** JSON as sent to viewers. */
export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/** Shown in place of what exceeds a limit. */
const CUT = '…';

const MAX_DEPTH = 24;
const MAX_CHARACTERS = 65_536;
/** Limit for all nested values together: a worker may have a thousand peers, and a peer has ten fields. */
const MAX_VALUES = 50_000;

/**
 * Copies any value to plain JSON of bounded size, without the credentials of URLs. It never throws, whatever getters and `toJSON`
 * a value has: a text in place of an unreadable value says so.
 */
export function plainValue(value: unknown): PlainValue {
  return copy({ value }, 'value', { left: MAX_VALUES, ancestors: new Set() }) ?? null;
}

/** The same for an object; anything else becomes an empty object. */
export function plainRecord(value: unknown): Record<string, PlainValue> {
  const plain = plainValue(value);
  return isRecord(plain) ? { ...plain } : {};
}

function isRecord(plain: PlainValue): plain is { readonly [key: string]: PlainValue } {
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain);
}

interface Copying {
  left: number;
  readonly ancestors: Set<object>;
}

/** Undefined for a value that JSON cannot express. */
function copy(holder: object, key: string, copying: Copying): PlainValue | undefined {
  copying.left -= 1;
  if (copying.left < 0) return CUT;
  try {
    const value = jsonOf(Reflect.get(holder, key), key);
    switch (typeof value) {
      case 'string':
        return safeText(value, MAX_CHARACTERS);
      case 'number':
        // JSON has no −0 either.
        return Number.isFinite(value) ? value + 0 : String(value);
      case 'boolean':
        return value;
      case 'bigint':
        return String(value);
      case 'object':
        return value === null ? null : copyObject(value, copying);
      default:
        return undefined;
    }
  } catch {
    return 'unreadable';
  }
}

function copyObject(value: object, copying: Copying): PlainValue {
  const { ancestors } = copying;
  if (ancestors.has(value) || ancestors.size >= MAX_DEPTH) return CUT;
  ancestors.add(value);
  try {
    return Array.isArray(value) ? copyList(value, copying) : copyRecord(value, copying);
  } finally {
    ancestors.delete(value);
  }
}

function copyList(value: readonly unknown[], copying: Copying): PlainValue {
  const list: PlainValue[] = [];
  for (let index = 0; index < value.length && copying.left > 0; index += 1) {
    list.push(copy(value, String(index), copying) ?? null);
  }
  return list;
}

function copyRecord(value: object, copying: Copying): PlainValue {
  const record: Record<string, PlainValue> = {};
  for (const key of Object.keys(value)) {
    if (copying.left <= 0) break;
    const copied = copy(value, key, copying);
    if (copied === undefined) continue;
    const name = safeText(key, MAX_CHARACTERS);
    if (name === '__proto__') defineOwn(record, name, copied);
    else record[name] = copied;
  }
  return record;
}

/** An assignment would change the object's prototype. */
function defineOwn(record: object, key: string, value: PlainValue): void {
  Object.defineProperty(record, key, { value, enumerable: true, writable: true, configurable: true });
}

/** An error has no enumerable properties, but its message must be shown. */
function jsonOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const toJSON: unknown = Reflect.get(value, 'toJSON');
  if (typeof toJSON === 'function') return Reflect.apply(toJSON, value, [key]);
  if (value instanceof Error) return { ...value, name: value.name, message: value.message };
  if (value instanceof Map || value instanceof Set) return [...value];
  return value;
}
