import { afterEach, describe, expect, it, vi } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../src/clock/virtual-clock.ts';
import { CLOCK_CHECK_SECONDS, createWallClock, type WallClock } from '../../src/clock/wall-clock.ts';
import { fc } from '../support/property.ts';

const CHECK = CLOCK_CHECK_SECONDS * 1000;

/** A host whose wall clock can be set, and the time by its monotonic one. Milliseconds. */
function settableHost(): {
  host: VirtualClock;
  wall: WallClock;
  now: () => number;
  set: (by: number) => void;
  /** Lets no more timers be set, or again. */
  refuse: (error: Error | undefined) => void;
} {
  const host = createVirtualClock();
  let refusal: Error | undefined;
  let ahead = 1_700_000_000_000;
  const now = (): number => host.now() + ahead;
  const wall = createWallClock({
    now,
    monotonic: () => host.now(),
    setTimeout: (callback, delay) => {
      if (refusal !== undefined) throw refusal;
      return host.setTimeout(callback, delay);
    },
    clearTimeout: (timer) => host.clearTimeout(timer),
  });
  return {
    host,
    wall,
    now,
    set: (by) => {
      ahead += by;
    },
    refuse: (error) => {
      refusal = error;
    },
  };
}

afterEach(() => vi.restoreAllMocks());

const delay = fc.oneof(fc.integer({ min: 0, max: 10 * CHECK }), fc.constantFrom(0, 2 ** 31, 2 ** 33));
const seconds = fc.oneof(fc.integer({ min: -200, max: 200 }), fc.integer({ min: -(10 ** 8), max: 10 ** 8 }));

interface Watched {
  readonly timer: unknown;
  readonly byDelay: number;
  readonly byWall: number;
  owedSince: number;
}

/** What happens to a clock: time passes, it is set, and timers are set and taken back, the oldest first. */
const happening = fc.oneof(
  fc.record({ kind: fc.constant('passes' as const), ms: fc.nat(3 * CHECK) }),
  // Also back and forth by the same, which a check sees as no jump at all.
  fc.record({
    kind: fc.constant('is set' as const),
    seconds: fc.oneof(seconds, fc.constantFrom(-3600, 3600)),
  }),
  fc.record({ kind: fc.constant('has a timer' as const), delay }),
  fc.record({ kind: fc.constant('loses a timer' as const) }),
);

describe('a timer', () => {
  it('fires by its delay or by the wall clock, whichever is first: never before both, a check late at most', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 12 }), fc.boolean(), (happenings, isListening) => {
        const { host, wall, now, set } = settableHost();
        if (isListening) wall.onJump(() => undefined);
        const watched = new Set<Watched>();
        const look = (): void => {
          for (const one of watched) {
            const isOwed = now() >= one.byWall;
            one.owedSince = isOwed ? Math.min(one.owedSince, host.now()) : Number.POSITIVE_INFINITY;
            expect(host.now()).toBeLessThanOrEqual(one.byDelay);
            expect(host.now() - one.owedSince).toBeLessThanOrEqual(CHECK);
          }
        };
        const add = (ms: number): void => {
          const timer = wall.setTimeout(() => {
            expect(watched.delete(one), 'fired twice, or when it was taken back').toBe(true);
            expect(host.now() >= one.byDelay || now() >= one.byWall).toBe(true);
          }, ms);
          const one: Watched = {
            timer,
            byDelay: host.now() + ms,
            byWall: now() + ms,
            owedSince: Number.POSITIVE_INFINITY,
          };
          watched.add(one);
        };
        const pass = (by: number): void => {
          const end = host.now() + by;
          for (
            let next = host.nextDeadline();
            next !== undefined && next <= end;
            next = host.nextDeadline()
          ) {
            host.advanceTo(next);
            look();
          }
          host.advanceTo(end);
          look();
        };
        for (const one of happenings) {
          if (one.kind === 'passes') pass(one.ms);
          else if (one.kind === 'is set') set(one.seconds * 1000);
          else if (one.kind === 'has a timer') add(one.delay);
          else {
            const [oldest] = watched;
            if (oldest === undefined) continue;
            watched.delete(oldest);
            wall.clearTimeout(oldest.timer);
          }
          look();
        }
        pass(3 * CHECK);
      }),
    );
  });

  it('that the wall clock was set towards, and not past, fires to the millisecond after the next check', () => {
    const { host, wall, set } = settableHost();
    let firedAt = 0;
    wall.setTimeout(() => {
      firedAt = host.now();
    }, 183_000);
    set(63_000);
    host.advanceTo(200_000);
    expect(firedAt).toBe(120_000);
  });

  it.each([
    { beside: 'beside another', hasOther: true, isListening: false },
    { beside: 'as the only one', hasOther: false, isListening: false },
    { beside: 'as the only one, while somebody listens', hasOther: false, isListening: true },
  ])('that was set between two jumps that no check saw apart, $beside, fires at the next check', (given) => {
    const { host, wall, set } = settableHost();
    if (given.isListening) wall.onJump(() => undefined);
    const other = wall.setTimeout(() => undefined, 2 ** 33);
    if (!given.hasOther) wall.clearTimeout(other);
    set(-3_600_000);
    let firedAt = 0;
    wall.setTimeout(() => {
      firedAt = host.now();
    }, 3_601_000);
    set(3_600_999);
    host.advanceTo(200_000);
    expect(firedAt).toBe(CHECK);
    wall.clearTimeout(other);
  });

  it('that fires as the last one leaves no check behind', () => {
    const { host, wall } = settableHost();
    wall.setTimeout(() => undefined, 5000);
    host.advanceTo(5000);
    expect(host.size).toBe(0);
  });

  it('fires though the clock cannot be checked again, of which a warning tells; the next timer begins the checks anew', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const { host, wall, set, refuse } = settableHost();
    const fired: number[] = [];
    wall.setTimeout(() => fired.push(host.now()), 3 * CHECK);
    const cause = new Error('no more timers');
    refuse(cause);
    host.advanceTo(CHECK);
    expect(warn.mock.calls).toEqual([[new Error('The clock could not be checked again', { cause })]]);
    refuse(undefined);
    host.advanceTo(3 * CHECK);
    expect(fired).toEqual([3 * CHECK]);
    wall.setTimeout(() => fired.push(host.now()), 3 * CHECK);
    set(3 * CHECK);
    host.advanceTo(4 * CHECK);
    expect(fired).toEqual([3 * CHECK, 4 * CHECK]);
  });

  it('that was taken back never fires, and the last one ends the checks', () => {
    const { host, wall } = settableHost();
    const timers = [1, 2 ** 31, 5 * CHECK].map((ms) => wall.setTimeout(() => expect.unreachable(), ms));
    for (const timer of timers) wall.clearTimeout(timer);
    expect(host.size).toBe(0);
  });
});

describe('a listener of jumps', () => {
  it('hears, once, by how much the clock was set', () => {
    fc.assert(
      fc.property(seconds, (by) => {
        const { host, wall, set } = settableHost();
        const heard: number[] = [];
        const keepsChecking = wall.setTimeout(() => undefined, 2 ** 33);
        const stop = wall.onJump((jumped) => heard.push(jumped));
        set(by * 1000);
        host.advanceTo(3 * CHECK);
        expect(heard).toEqual(by === 0 ? [] : [by]);
        stop();
        wall.clearTimeout(keepsChecking);
      }),
    );
  });
});
