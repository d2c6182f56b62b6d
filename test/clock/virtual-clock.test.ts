import { describe, expect, test } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../src/clock/virtual-clock.ts';
import { fc } from '../support/property.ts';
import { createNaiveClock } from './naive-clock.ts';

/** Something done to a clock. `then` is done by the timer itself when it runs; `which` is one of the timers so far. */
type Deed =
  | { readonly kind: 'set'; readonly delay: number; readonly then: readonly Deed[] }
  | { readonly kind: 'clear'; readonly which: number }
  | { readonly kind: 'run next' }
  | { readonly kind: 'advance'; readonly by: number };

const delay = fc.oneof(
  { weight: 4, arbitrary: fc.nat(5) },
  { weight: 2, arbitrary: fc.nat(1_000_000) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: 10, noNaN: true }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(Number.NaN, -1, -0, Number.NEGATIVE_INFINITY, undefined as unknown as number),
  },
);
const clearing = fc.nat(20).map((which): Deed => ({ kind: 'clear', which }));
const setting = (then: fc.Arbitrary<Deed[]>): fc.Arbitrary<Deed> =>
  fc.record({ kind: fc.constant('set'), delay, then });
const inner = fc.array(fc.oneof(clearing, setting(fc.constant([]))), { maxLength: 3 });
const deed = fc.oneof(
  { weight: 4, arbitrary: setting(fc.array(fc.oneof(clearing, setting(inner)), { maxLength: 3 })) },
  { weight: 2, arbitrary: clearing },
  { weight: 2, arbitrary: fc.constant<Deed>({ kind: 'run next' }) },
  { weight: 1, arbitrary: fc.integer({ min: -3, max: 8 }).map((by): Deed => ({ kind: 'advance', by })) },
);

/** Everything that can be seen of a clock while the deeds are done: which timer ran when, and how it stood in between. */
function history(clock: VirtualClock, deeds: readonly Deed[]): unknown[] {
  const seen: unknown[] = [];
  const timers: unknown[] = [];
  const look = (what: unknown): void => {
    seen.push([what, clock.now(), clock.size, clock.nextDeadline()]);
  };
  const act = (one: Deed): void => {
    switch (one.kind) {
      case 'set': {
        const name = timers.length;
        const run = (): void => {
          look(`timer ${name}`);
          one.then.forEach(act);
        };
        timers.push(clock.setTimeout(run, one.delay));
        return;
      }
      case 'clear':
        clock.clearTimeout(timers[one.which]);
        return;
      case 'run next':
        look(clock.runNext());
        return;
      case 'advance':
        clock.advanceTo(clock.now() + one.by);
    }
  };
  for (const one of deeds) {
    act(one);
    look(one.kind);
  }
  while (clock.runNext());
  look('end');
  return seen;
}

test('the heap clock does what a sorted list would: by deadline, then in the order set; cleared timers never', () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 30 }), fc.nat(100), (deeds, start) => {
      expect(history(createVirtualClock(start), deeds)).toEqual(history(createNaiveClock(start), deeds));
    }),
  );
});

test('any number of timers run in the order of their deadlines, and those of one deadline in the order set', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 200 }), fc.func(fc.boolean()), (delays, isCleared) => {
      const clock = createVirtualClock();
      const ran: number[] = [];
      const timers = delays.map((ms, index) => clock.setTimeout(() => ran.push(index), ms));
      const kept = delays.map((_, index) => index).filter((index) => !isCleared(index));
      timers.forEach((timer, index) => {
        if (isCleared(index)) clock.clearTimeout(timer);
      });
      expect(clock.size).toBe(kept.length);
      clock.advanceTo(50);
      expect(ran).toEqual(kept.toSorted((a, b) => (delays[a] ?? 0) - (delays[b] ?? 0) || a - b));
      expect(clock.size).toBe(0);
    }),
  );
});

describe('advanceTo', () => {
  test('steps from deadline to deadline: a timer that sets itself again runs each time', () => {
    const clock = createVirtualClock();
    const ran: number[] = [];
    const again = (): void => {
      ran.push(clock.now());
      clock.setTimeout(again, 1000);
    };
    clock.setTimeout(again, 1000);
    clock.advanceTo(5000);
    expect(ran).toEqual([1000, 2000, 3000, 4000, 5000]);
    expect(clock.nextDeadline()).toBe(6000);
    expect(clock.size).toBe(1);
  });

  test('leaves the time where it was told to, and never moves it back', () => {
    const clock = createVirtualClock(100);
    clock.advanceTo(250.5);
    expect(clock.now()).toBe(250.5);
    clock.advanceTo(50);
    expect(clock.now()).toBe(250.5);
  });

  test('called by a timer goes on from there', () => {
    const clock = createVirtualClock();
    const ran: string[] = [];
    clock.setTimeout(() => {
      clock.advanceTo(20);
      ran.push(`first ${clock.now()}`);
    }, 5);
    clock.setTimeout(() => ran.push(`second ${clock.now()}`), 10);
    clock.advanceTo(12);
    expect(ran).toEqual(['second 10', 'first 20']);
    expect(clock.now()).toBe(20);
  });
});

describe('a clock without a timer', () => {
  test('has no deadline, and nothing to run', () => {
    const clock = createVirtualClock(7);
    expect([clock.nextDeadline(), clock.size, clock.runNext(), clock.now()]).toEqual([
      undefined,
      0,
      false,
      7,
    ]);
  });

  test('takes any clearing without complaint, also a second one', () => {
    const clock = createVirtualClock();
    const timer = clock.setTimeout(() => undefined, 1);
    clock.setTimeout(() => undefined, 2);
    for (const one of [timer, timer, undefined]) clock.clearTimeout(one);
    expect([clock.size, clock.nextDeadline()]).toEqual([1, 2]);
    clock.runNext();
    clock.clearTimeout(timer);
    expect(clock.size).toBe(0);
  });
});

test('a timer that throws is gone, and the clock goes on', () => {
  const clock = createVirtualClock();
  let ran = false;
  clock.setTimeout(() => {
    throw new Error('refused');
  }, 1);
  clock.setTimeout(() => {
    ran = true;
  }, 2);
  expect(() => clock.advanceTo(5)).toThrow('refused');
  expect([clock.now(), clock.size]).toEqual([1, 1]);
  clock.advanceTo(5);
  expect(ran).toBe(true);
});
