import { describe, expect, it } from 'vitest';
import { initialSyncState, type SyncWorkerState } from '../../src/policy/sync-worker-state.ts';
import { checkSyncState, fromWire, toWire } from '../../src/policy/sync-worker-state-wire.ts';
import { fc } from '../support/property.ts';
import { anySyncState } from './any-sync-state.ts';
import { deepFreeze } from './deep-freeze.ts';
import { allowedWords, type FieldSort, wrongValues } from './wrong-values.ts';

/** The contract with the programs that read the file, written out once more. */
const fields: readonly {
  readonly wire: string;
  readonly name: keyof SyncWorkerState;
  readonly sort: FieldSort;
  readonly first: unknown;
}[] = [
  { wire: 'last_sync_started_at', name: 'lastSyncStartedAt', sort: 'seconds', first: 0 },
  { wire: 'last_sync_finished_at', name: 'lastSyncFinishedAt', sort: 'seconds', first: 0 },
  { wire: 'last_sync_ok_at', name: 'lastSyncOkAt', sort: 'seconds', first: 0 },
  { wire: 'next_sync_due_at', name: 'nextSyncDueAt', sort: 'seconds', first: 0 },
  { wire: 'last_peer_url', name: 'lastPeerUrl', sort: 'text', first: '' },
  { wire: 'last_error', name: 'lastError', sort: 'text', first: '' },
  { wire: 'last_outcome', name: 'lastOutcome', sort: 'outcome', first: 'idle' },
  { wire: 'current_head', name: 'currentHead', sort: 'text', first: '' },
  { wire: 'fork_detected', name: 'forkDetected', sort: 'flag', first: false },
  { wire: 'consecutive_failures', name: 'consecutiveFailures', sort: 'count', first: 0 },
];

const wrongs = fields.flatMap((field) =>
  wrongValues[field.sort].map(([value, shown]) => ({ ...field, value, shown })),
);

describe('the wire form of a state', () => {
  it('has exactly the ten names, in their order', () => {
    expect(Object.keys(toWire(initialSyncState()))).toEqual(fields.map(({ wire }) => wire));
  });

  it('holds each field under its own name', () => {
    fc.assert(
      fc.property(anySyncState, (state) => {
        const expected = Object.fromEntries(fields.map(({ wire, name }) => [wire, state[name]]));
        expect(toWire(deepFreeze(state))).toStrictEqual(expected);
      }),
    );
  });

  it('reads back as the same state, through JSON too', () => {
    fc.assert(
      fc.property(anySyncState, (state) => {
        expect(fromWire(deepFreeze(toWire(state)))).toStrictEqual(state);
        expect(fromWire(JSON.parse(JSON.stringify(toWire(state))))).toStrictEqual(state);
      }),
    );
  });

  it('may be a part of one: what is missing or undefined takes its first value', () => {
    const names = fc.subarray(fields.map(({ wire }) => wire));
    fc.assert(
      fc.property(anySyncState, names, fc.boolean(), (state, missing, asUndefined) => {
        const wire = Object.entries(toWire(state)).filter(([name]) => asUndefined || !missing.includes(name));
        const part = wire.map(([name, value]) => [name, missing.includes(name) ? undefined : value]);
        const expected = fields.map(({ wire, name, first }) => [
          name,
          missing.includes(wire) ? first : state[name],
        ]);
        expect(fromWire(Object.fromEntries(part))).toStrictEqual(Object.fromEntries(expected));
      }),
    );
    expect(fromWire({})).toStrictEqual({ ...initialSyncState() });
  });

  it('may have keys that are no field: they are ignored, whatever they are', () => {
    const known = new Set(fields.map(({ wire }) => wire));
    const extra = fc.dictionary(
      fc.string().filter((key) => !known.has(key)),
      fc.anything(),
    );
    fc.assert(
      fc.property(anySyncState, extra, (state, more) => {
        expect(fromWire({ ...more, ...toWire(state) })).toStrictEqual(state);
      }),
    );
  });

  it('ignores __proto__ and inherited fields', () => {
    const planted = fromWire(JSON.parse('{"__proto__":{"last_sync_ok_at":5,"x":1},"constructor":7}'));
    expect(planted).toStrictEqual({ ...initialSyncState() });
    expect('x' in planted).toBe(false);
    expect(fromWire(Object.create({ last_sync_ok_at: 5 })).lastSyncOkAt).toBe(0);
  });

  it('does not take the TypeScript names', () => {
    expect(fromWire({ lastSyncOkAt: 5 }).lastSyncOkAt).toBe(0);
  });

  it('reads −0 as 0: a state holds none', () => {
    expect(Object.is(fromWire(JSON.parse('{"last_sync_ok_at":-0}')).lastSyncOkAt, 0)).toBe(true);
    expect(Object.is(fromWire({ consecutive_failures: -0 }).consecutiveFailures, 0)).toBe(true);
  });

  it.each(wrongs)('refuses $wire: $shown', ({ wire, value, shown, sort }) => {
    expect(() => fromWire({ [wire]: value })).toThrow(
      new TypeError(`sync state: ${wire} is ${shown}; allowed is ${allowedWords[sort]}`),
    );
  });

  it.each(wrongs)('checks $name: $shown under its TypeScript name', ({ name, value, shown, sort }) => {
    expect(() => checkSyncState({ [name]: value })).toThrow(
      new TypeError(`sync state: ${name} is ${shown}; allowed is ${allowedWords[sort]}`),
    );
  });

  it.each([
    { value: null, shown: 'null' },
    { value: undefined, shown: 'undefined' },
    { value: 5, shown: '5' },
    { value: '{}', shown: '"{}"' },
    { value: true, shown: 'true' },
    { value: [], shown: '[]' },
    { value: 7n, shown: '7' },
    { value: () => ({}), shown: 'a function' },
  ])('refuses $shown, which is no object', ({ value, shown }) => {
    const error = new TypeError(`sync state is ${shown}; allowed is an object`);
    expect(() => fromWire(value)).toThrow(error);
    expect(() => checkSyncState(value)).toThrow(error);
  });

  it('takes any value or refuses it with a TypeError that names the field, and never does anything else', () => {
    const value = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(fc.constantFrom(...fields), value, ({ wire, name }, given) => {
        let state: SyncWorkerState;
        try {
          state = fromWire({ [wire]: given });
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          expect(String(error)).toContain(`sync state: ${wire} is `);
          expect(String(error).length).toBeLessThan(250);
          return;
        }
        expect(state).toStrictEqual({
          ...initialSyncState(),
          ...(given === undefined ? {} : { [name]: given === 0 ? 0 : given }),
        });
      }),
    );
  });

  it('shows the start of a long value alone, and survives one that JSON cannot hold', () => {
    expect(() => fromWire({ last_sync_ok_at: 'x'.repeat(1_000_000) })).toThrow(
      `last_sync_ok_at is "${'x'.repeat(59)}…; allowed is a whole number of seconds`,
    );
    expect(() => fromWire({ last_sync_ok_at: 'x'.repeat(59) })).toThrow(`is "${'x'.repeat(59)}"; allowed`);
    expect(() => fromWire({ last_sync_ok_at: 'x'.repeat(60) })).toThrow(`is "${'x'.repeat(59)}…; allowed`);
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(() => fromWire({ last_error: cycle })).toThrow(
      new TypeError('sync state: last_error is an object that JSON cannot hold; allowed is a string'),
    );
    const mute = { toJSON: () => undefined };
    expect(() => fromWire({ last_error: mute })).toThrow('last_error is object; allowed is a string');
  });
});

describe('checkSyncState', () => {
  it('gives back every state as it is', () => {
    fc.assert(
      fc.property(anySyncState, (state) => {
        expect(checkSyncState(deepFreeze(state))).toStrictEqual(state);
      }),
    );
  });
});

describe('checkSyncState of another object', () => {
  it('refuses one that has fields and none of the ten, and names the first of them', () => {
    expect(() => checkSyncState({ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 })).toThrow(
      new TypeError('sync state has none of the ten fields, but a, b, c, d, e'),
    );
    expect(() => checkSyncState({ last_error: 'refused' })).toThrow('but last_error');
  });

  it('takes one of the ten beside others, and an empty one for a worker that never ran', () => {
    expect(checkSyncState({ other: 1, lastError: 'refused' })).toEqual({
      ...initialSyncState(),
      lastError: 'refused',
    });
    expect(checkSyncState({})).toEqual(initialSyncState());
  });
});

describe('the first state', () => {
  it('is idle, knows nothing, and cannot be changed', () => {
    expect(initialSyncState()).toEqual(Object.fromEntries(fields.map(({ name, first }) => [name, first])));
    expect(Object.isFrozen(initialSyncState())).toBe(true);
  });
});
