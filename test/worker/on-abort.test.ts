import { getEventListeners, getMaxListeners } from 'node:events';
import { expect, test } from 'vitest';
import { onAbort } from '../../src/worker/on-abort.ts';

test('a signal takes any number of our listeners without a warning, and keeps its limit for others', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const limit = getMaxListeners(signal);
  let calls = 0;
  const offs = Array.from({ length: 50 }, () =>
    onAbort(signal, () => {
      calls += 1;
    }),
  );
  expect(getMaxListeners(signal)).toBe(limit + 50);
  for (const off of offs.slice(0, 20)) {
    off();
    off();
  }
  expect(getMaxListeners(signal)).toBe(limit + 30);
  controller.abort();
  expect([calls, getEventListeners(signal, 'abort').length, getMaxListeners(signal)]).toEqual([30, 0, limit]);
});

test('no signal is needed', () => {
  expect(onAbort(undefined, () => undefined)()).toBeUndefined();
});
