import { afterEach, expect, test } from 'vitest';
import { whileReplaced } from '../../../src/inspect/classic/host-global.ts';
import { createXStateInspect } from '../../../src/inspect/classic/xstate-inspect.ts';

const global = '__xstate__';

afterEach(() => {
  Reflect.deleteProperty(globalThis, global);
});

test("the library leaves the host's own global as it was, also one that is read-only and hidden", () => {
  const own = { value: { services: 'of the host' }, writable: false, enumerable: false, configurable: true };
  Object.defineProperty(globalThis, global, own);
  createXStateInspect();
  expect(Object.getOwnPropertyDescriptor(globalThis, global)).toEqual(own);
});

test('where the host has none, there is none afterwards, also after a throw', () => {
  const seen = whileReplaced(global, () => {
    Reflect.set(globalThis, global, 'of the library');
    return Reflect.get(globalThis, global);
  });
  expect(seen).toBe('of the library');
  expect(global in globalThis).toBe(false);
  const failing = (): never => {
    Reflect.set(globalThis, global, 'of the library');
    throw new Error('no');
  };
  expect(() => whileReplaced(global, failing)).toThrow('no');
  expect(global in globalThis).toBe(false);
});

test('a global that cannot be replaced is refused, by its name', () => {
  Object.defineProperty(globalThis, '__xstate_fixed__', { value: 1, configurable: false });
  expect(() => whileReplaced('__xstate_fixed__', () => 0)).toThrow(/__xstate_fixed__ cannot be replaced/);
});
