import { isRecord } from '../../policy/wire-fields.ts';

/** One change of a JSON value, in the words of JSON Patch (RFC 6902); `path` is a JSON Pointer (RFC 6901). */
export type Change =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/**
 * The changes from `before` to `after`. Shared objects are not traversed, so two versions of an immutable context cost no more
 * than what changed. Arrays are compared index by index.
 */
export function diff(before: unknown, after: unknown): Change[] {
  const changes: Change[] = [];
  compare(before, after, '', changes);
  return changes;
}

function compare(before: unknown, after: unknown, path: string, changes: Change[]): void {
  if (Object.is(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < after.length; index += 1) {
      if (index < before.length) compare(before[index], after[index], `${path}/${index}`, changes);
      else changes.push({ op: 'add', path: `${path}/${index}`, value: after[index] });
    }
    // From the end, so that removals do not shift the remaining indexes.
    for (let index = before.length - 1; index >= after.length; index -= 1) {
      changes.push({ op: 'remove', path: `${path}/${index}` });
    }
  } else if (isRecord(before) && isRecord(after)) {
    for (const [key, value] of Object.entries(after)) {
      if (value === undefined) continue;
      const pointer = `${path}/${escapeKey(key)}`;
      if (Object.hasOwn(before, key) && before[key] !== undefined) {
        compare(before[key], value, pointer, changes);
      } else changes.push({ op: 'add', path: pointer, value });
    }
    for (const [key, value] of Object.entries(before)) {
      const isGone = !Object.hasOwn(after, key) || after[key] === undefined;
      if (value !== undefined && isGone) changes.push({ op: 'remove', path: `${path}/${escapeKey(key)}` });
    }
  } else changes.push({ op: 'replace', path, value: after });
}

/**
 * Applies changes. `value` itself is not modified, and unchanged parts are shared.
 *
 * @throws TypeError for a path that does not exist
 */
export function applyChanges<Value>(value: Value, changes: readonly Change[]): Value {
  let result: unknown = value;
  for (const change of changes) {
    const keys = change.path === '' ? [] : change.path.slice(1).split('/').map(unescapeKey);
    result = applyAt(result, keys, change);
  }
  return result as Value;
}

function applyAt(value: unknown, keys: readonly string[], change: Change): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return change.op === 'remove' ? undefined : change.value;
  if (Array.isArray(value)) {
    const index = Number(key);
    const isPlace = /^(0|[1-9]\d*)$/.test(key) && index <= value.length;
    const isThere = isPlace && index < value.length;
    if (!isThere && !(isPlace && rest.length === 0 && change.op === 'add')) throw leadsNowhere(change);
    if (rest.length === 0 && change.op === 'remove') return value.toSpliced(index, 1);
    if (rest.length === 0 && change.op === 'add') return value.toSpliced(index, 0, change.value);
    return value.with(index, applyAt(value[index], rest, change));
  }
  if (!isRecord(value)) throw leadsNowhere(change);
  const isThere = Object.hasOwn(value, key);
  if (!isThere && (rest.length > 0 || change.op !== 'add')) throw leadsNowhere(change);
  if (rest.length === 0 && change.op === 'remove') {
    return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  }
  // A literal, because an assignment to `__proto__` would set the prototype.
  return { ...value, [key]: applyAt(isThere ? value[key] : undefined, rest, change) };
}

function leadsNowhere({ op, path }: Change): TypeError {
  return new TypeError(`There is nothing to ${op} at ${JSON.stringify(path)}`);
}

function escapeKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescapeKey(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
