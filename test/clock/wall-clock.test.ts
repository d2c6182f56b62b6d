import { describe, expect, it } from 'vitest';
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
} {
  const host = createVirtualClock();
  let ahead = 1_700_000_000_000;
  const now = (): number => host.now() + ahead;
  const wall = createWallClock({
    now,
    monotonic: () => host.now(),
    setTimeout: (callback, delay) => host.setTimeout(callback, delay),
    clearTimeout: (timer) => host.clearTimeout(timer),
  });
  return {
    host,
    wall,
    now,
    set: (by) => {
      ahead += by;
    },
  };
}

const delay = fc.oneof(fc.integer({ min: 0, max: 10 * CHECK }), fc.constantFrom(0, 2 ** 31, 2 ** 33));
const seconds = fc.oneof(fc.integer({ min: -200, max: 200 }), fc.integer({ min: -(10 ** 8), max: 10 ** 8 }));

describe('a timer', () => {
  it('fires by its delay or by the wall clock, whichever is first: never before both, a check late at most', () => {
    const happening = fc.record({ ms: fc.nat(3 * CHECK), seconds });
    fc.assert(
      fc.property(delay, fc.array(happening, { maxLength: 6 }), (ms, happenings) => {
        const { host, wall, now, set } = settableHost();
        const due = { byDelay: host.now() + ms, byWall: now() + ms };
        let fired: { readonly at: number; readonly wall: number } | undefined;
        wall.setTimeout(() => {
          expect(fired, 'fired twice').toBeUndefined();
          fired = { at: host.now(), wall: now() };
        }, ms);
        let owedSince = Number.POSITIVE_INFINITY;
        const look = (): void => {
          if (fired !== undefined) return;
          const owed = now() >= due.byWall;
          owedSince = owed ? Math.min(owedSince, host.now()) : Number.POSITIVE_INFINITY;
          expect(host.now()).toBeLessThanOrEqual(due.byDelay);
          expect(host.now() - owedSince).toBeLessThanOrEqual(CHECK);
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
          pass(one.ms);
          set(one.seconds * 1000);
          look();
        }
        pass(3 * CHECK);
        if (fired === undefined) return;
        expect(fired.at >= due.byDelay || fired.wall >= due.byWall).toBe(true);
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

  it('that was set between two jumps that no check saw apart fires at the next check', () => {
    const { host, wall, set } = settableHost();
    const keepsChecking = wall.setTimeout(() => undefined, 2 ** 33);
    set(-3_600_000);
    let firedAt = 0;
    wall.setTimeout(() => {
      firedAt = host.now();
    }, 3_601_000);
    set(3_600_999);
    host.advanceTo(200_000);
    expect(firedAt).toBe(CHECK);
    wall.clearTimeout(keepsChecking);
  });

  it('that fires as the last one leaves no check behind', () => {
    const { host, wall } = settableHost();
    wall.setTimeout(() => undefined, 5000);
    host.advanceTo(5000);
    expect(host.size).toBe(0);
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
