import { afterEach, describe, expect, it, vi } from 'vitest';
import { createVirtualClock } from '../../src/clock/virtual-clock.ts';
import { createWallClock } from '../../src/clock/wall-clock.ts';
import { fc } from '../support/property.ts';
import { CHECK, LONGEST, settableHost } from './settable-host.ts';

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

  it.each([LONGEST, LONGEST + 1, LONGEST + 5000])(
    'of %i ms fires then, though a host takes no more than 2^31−1',
    (ms) => {
      const { wall, elapsed, until } = settableHost();
      const fired: number[] = [];
      wall.setTimeout(() => fired.push(elapsed()), ms);
      until(ms + CHECK);
      expect(fired).toEqual([ms]);
    },
  );

  it.each([5000, LONGEST])('of %i ms fires when its host says so, whatever the clocks say then', (ms) => {
    const host = createVirtualClock();
    const wall = createWallClock({
      now: () => 0,
      monotonic: () => 0,
      setTimeout: (callback, delay) => host.setTimeout(callback, delay),
      clearTimeout: (timer) => host.clearTimeout(timer),
    });
    const fired: number[] = [];
    wall.setTimeout(() => fired.push(host.now()), ms);
    host.advanceTo(ms + CHECK);
    expect(fired).toEqual([ms]);
  });

  it.each([Number.NaN, -1, -0, 0])('of %d ms fires at once', (ms) => {
    const { wall, elapsed, until } = settableHost();
    const fired: number[] = [];
    wall.setTimeout(() => fired.push(elapsed()), ms);
    until(0);
    expect(fired).toEqual([0]);
  });

  it('that fires as the last one leaves no check behind', () => {
    const { host, wall, until } = settableHost();
    wall.setTimeout(() => undefined, 5000);
    until(5000);
    expect(host.size).toBe(0);
  });

  it('fires though the clock cannot be checked again, of which a warning tells; the next timer begins the checks anew', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const { wall, set, refuse, elapsed, until } = settableHost();
    const fired: number[] = [];
    wall.setTimeout(() => fired.push(elapsed()), 3 * CHECK);
    const cause = new Error('no more timers');
    refuse(cause);
    until(CHECK);
    expect(warn.mock.calls).toEqual([[new Error('The clock could not be checked again', { cause })]]);
    refuse(undefined);
    until(3 * CHECK);
    expect(fired).toEqual([3 * CHECK]);
    wall.setTimeout(() => fired.push(elapsed()), 3 * CHECK);
    set(3 * CHECK);
    until(4 * CHECK);
    expect(fired).toEqual([3 * CHECK, 4 * CHECK]);
  });

  it('that fires beside another leaves the checks on', () => {
    const { wall, set, elapsed, until } = settableHost();
    let firedAt = 0;
    wall.setTimeout(() => undefined, 1000);
    wall.setTimeout(() => {
      firedAt = elapsed();
    }, 10 * CHECK);
    until(1000);
    set(10 * CHECK);
    until(3 * CHECK);
    expect(firedAt).toBe(CHECK);
  });

  it('of a host without a monotonic clock goes by its wall clock', () => {
    const { now, setTimeout, clearTimeout, advanceTo } = createVirtualClock(5000);
    const wall = createWallClock({ now, setTimeout, clearTimeout });
    const fired: number[] = [];
    wall.setTimeout(() => fired.push(now()), 2 * CHECK);
    advanceTo(5 * CHECK);
    expect([wall.monotonic(), fired]).toEqual([5 * CHECK, [5000 + 2 * CHECK]]);
  });

  it('that was taken back never fires, and the last one ends the checks', () => {
    const { host, wall } = settableHost();
    const timers = [1, 2 ** 31, 5 * CHECK].map((ms) => wall.setTimeout(() => expect.unreachable(), ms));
    for (const timer of timers) wall.clearTimeout(timer);
    expect(host.size).toBe(0);
  });
});

it('is one clock for one host', () => {
  const host = createVirtualClock();
  expect(createWallClock(host)).toBe(createWallClock(host));
  expect(createWallClock(createVirtualClock())).not.toBe(createWallClock(host));
});
