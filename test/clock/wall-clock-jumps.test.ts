import { describe, expect, it } from 'vitest';
import type { WallClock } from '../../src/clock/wall-clock.ts';
import { fc } from '../support/property.ts';
import { CHECK, settableHost } from './settable-host.ts';

describe('a timer', () => {
  it('that the wall clock was set towards, and not past, fires to the millisecond after the next check', () => {
    const { wall, set, elapsed, until } = settableHost();
    let firedAt = 0;
    wall.setTimeout(() => {
      firedAt = elapsed();
    }, 183_000);
    set(63_000);
    until(200_000);
    expect(firedAt).toBe(120_000);
  });

  it.each([
    { beside: 'beside another', hasOther: true, isListening: false },
    { beside: 'as the only one', hasOther: false, isListening: false },
    { beside: 'as the only one, while somebody listens', hasOther: false, isListening: true },
  ])('that was set between two jumps that no check saw apart, $beside, fires at the next check', (given) => {
    const { wall, set, elapsed, until } = settableHost();
    const heard: number[] = [];
    if (given.isListening) wall.onJump((seconds) => heard.push(seconds));
    const other = wall.setTimeout(() => undefined, 2 ** 33);
    if (!given.hasOther) wall.clearTimeout(other);
    set(-3_600_000);
    let firedAt = 0;
    wall.setTimeout(() => {
      firedAt = elapsed();
    }, 3_601_000);
    set(3_600_999);
    until(200_000);
    expect(firedAt).toBe(CHECK);
    expect(heard).toEqual([]);
    wall.clearTimeout(other);
  });

  it.each([
    { back: 1000, forth: 999, firedAt: CHECK, what: 'a jump is a second at least' },
    { back: 999, forth: 998, firedAt: CHECK + 500, what: 'and no less' },
  ])('that was set $back ms behind: $what', ({ back, forth, firedAt }) => {
    const { wall, set, elapsed, until } = settableHost();
    const fired: number[] = [];
    wall.onJump(() => undefined);
    set(-back);
    wall.setTimeout(() => fired.push(elapsed()), CHECK + 500);
    set(forth);
    until(2 * CHECK);
    expect(fired).toEqual([firedAt]);
  });

  it.each([
    { ahead: 0, firedAt: 100_000 },
    { ahead: 1, firedAt: 100_000 },
    { ahead: 2, firedAt: 99_998 },
  ])(
    'that the wall clock is $ahead ms ahead of fires after $firedAt ms: readings may differ by one',
    (given) => {
      const { wall, set, elapsed, until } = settableHost();
      const fired: number[] = [];
      wall.onJump(() => undefined);
      set(-3_600_000);
      wall.setTimeout(() => undefined, 2 ** 33);
      set(3_600_000);
      wall.setTimeout(() => fired.push(elapsed()), 100_000);
      set(given.ahead);
      until(2 * CHECK);
      expect(fired).toEqual([given.firedAt]);
    },
  );

  it('is not looked at again for less than a second, once a jump that no check saw is over', () => {
    const { wall, set, elapsed, until } = settableHost();
    const fired: number[] = [];
    wall.onJump(() => undefined);
    set(-3_600_000);
    wall.setTimeout(() => undefined, 2 ** 33);
    set(3_600_000);
    wall.setTimeout(() => fired.push(elapsed()), 2 * CHECK + 500);
    until(CHECK);
    set(998);
    until(3 * CHECK);
    expect(fired).toEqual([2 * CHECK + 500]);
  });

  it('fires after its delay where the wall clock was set back', () => {
    const { wall, set, elapsed, until } = settableHost();
    const fired: number[] = [];
    wall.setTimeout(() => fired.push(elapsed()), 90_000);
    set(-3_600_000);
    until(5 * CHECK);
    expect(fired).toEqual([90_000]);
  });

  it('fires after its delay where the wall clock was ahead of it, and was set back in time', () => {
    const { wall, set, elapsed, until } = settableHost();
    const fired: number[] = [];
    wall.setTimeout(() => fired.push(elapsed()), 183_000);
    set(50_000);
    until(70_000);
    set(-50_000);
    until(5 * CHECK);
    expect(fired).toEqual([183_000]);
  });

  it('that another took back, which a jump made due as well, does not fire', () => {
    const { wall, set, until } = settableHost();
    wall.setTimeout(() => wall.clearTimeout(second), 10 * CHECK);
    const second = wall.setTimeout(() => expect.unreachable(), 10 * CHECK);
    set(20 * CHECK);
    until(20 * CHECK);
  });

  it('that fires at a check as the last one ends the checks', () => {
    const { host, wall, set, until } = settableHost();
    wall.setTimeout(() => undefined, 10 * CHECK);
    set(20 * CHECK);
    until(CHECK);
    expect(host.size).toBe(0);
  });

  it.each([
    { another: 'is set', act: (wall: WallClock) => wall.setTimeout(() => undefined, 5 * CHECK) },
    { another: 'is taken back', act: (wall: WallClock, other: unknown) => wall.clearTimeout(other) },
    { another: 'is heard of', act: (wall: WallClock) => wall.onJump(() => undefined) },
  ])('is checked all the same where another $another after a jump', ({ act }) => {
    const { wall, set, elapsed, until } = settableHost();
    const fired: number[] = [];
    const other = wall.setTimeout(() => undefined, 30 * CHECK);
    wall.setTimeout(() => fired.push(elapsed()), 10 * CHECK);
    set(20 * CHECK);
    act(wall, other);
    until(30 * CHECK);
    expect(fired).toEqual([CHECK]);
  });
});

const seconds = fc.oneof(fc.integer({ min: -200, max: 200 }), fc.integer({ min: -(10 ** 8), max: 10 ** 8 }));

describe('a listener of jumps', () => {
  it('hears, once, by how much the clock was set', () => {
    fc.assert(
      fc.property(seconds, (by) => {
        const { wall, set, until } = settableHost();
        const heard: number[] = [];
        const keepsChecking = wall.setTimeout(() => undefined, 2 ** 33);
        const stop = wall.onJump((jumped) => heard.push(jumped));
        set(by * 1000);
        until(3 * CHECK);
        expect(heard).toEqual(by === 0 ? [] : [by]);
        stop();
        set(5000);
        until(5 * CHECK);
        expect(heard).toHaveLength(by === 0 ? 0 : 1);
        wall.clearTimeout(keepsChecking);
      }),
    );
  });

  it.each([
    { ms: 999, heard: [] },
    { ms: 1000, heard: [1] },
    { ms: -1000, heard: [-1] },
  ])('hears $heard where the clock is set by $ms ms', ({ ms, heard }) => {
    const { wall, set, until } = settableHost();
    const jumps: number[] = [];
    wall.setTimeout(() => undefined, 2 ** 33);
    wall.onJump((seconds) => jumps.push(seconds));
    set(ms);
    until(3 * CHECK);
    expect(jumps).toEqual(heard);
  });

  it.each([
    { name: 'by the wall clock', ms: 10 * CHECK, seconds: 1200 },
    { name: 'by its delay', ms: CHECK - 10_000, seconds: -5 },
  ])('hears of one after the timers that are due $name', ({ ms, seconds }) => {
    const { wall, set, until } = settableHost();
    const told: string[] = [];
    wall.onJump(() => told.push('jump'));
    wall.setTimeout(() => undefined, 2 ** 33);
    until(10_000);
    wall.setTimeout(() => told.push('timer'), ms);
    set(seconds * 1000);
    until(CHECK);
    expect(told).toEqual(['timer', 'jump']);
  });

  it('hears nothing of a jump before it, and all of one after it, whoever else begins to listen', () => {
    const { wall, set, until } = settableHost();
    const first: number[] = [];
    const second: number[] = [];
    set(5000);
    wall.onJump((seconds) => first.push(seconds));
    set(7000);
    wall.onJump((seconds) => second.push(seconds));
    wall.setTimeout(() => undefined, 2 ** 33);
    until(CHECK);
    expect([first, second]).toEqual([[7], [7]]);
  });
});
