import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock, unrefSystemClock } from '../../src/clock/system-clock.ts';
import { systemNow, systemRandom, systemReport } from '../../src/clock/system-ports.ts';

afterEach(() => vi.restoreAllMocks());

describe('the system', () => {
  test('tells the time in Unix seconds with a fraction', () => {
    vi.spyOn(Date, 'now').mockReturnValue(1_700_000_000_250);
    expect(systemNow()).toBe(1_700_000_000.25);
  });

  test('draws numbers', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.75);
    expect(systemRandom()).toBe(0.75);
  });

  test('shows an error as a warning', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const error = new Error('the disk is full');
    systemReport(error);
    expect(warn.mock.calls).toEqual([[error]]);
  });
});

describe.each([
  { name: 'the clock of the system', clock: systemClock, keepsAlive: true },
  { name: 'the one that lets a process end', clock: unrefSystemClock, keepsAlive: false },
])('$name', ({ clock, keepsAlive }) => {
  test('reads wall and monotonic time in milliseconds', () => {
    vi.spyOn(Date, 'now').mockReturnValue(1_700_000_000_250);
    vi.spyOn(performance, 'now').mockReturnValue(7.5);
    expect([clock.now(), clock.monotonic?.()]).toEqual([1_700_000_000_250, 7.5]);
  });

  test('calls back', async () => {
    await new Promise<void>((resolve) => {
      // An unreferenced timer does not keep a test alive either.
      const alive = setInterval(() => undefined, 1);
      clock.setTimeout(() => {
        clearInterval(alive);
        resolve();
      }, 0);
    });
  });

  test(`${keepsAlive ? 'keeps' : 'does not keep'} a process alive until a timer fires or is cleared`, () => {
    const timer = clock.setTimeout(() => undefined, 2 ** 31 - 1) as NodeJS.Timeout;
    expect(timer.hasRef()).toBe(keepsAlive);
    const clear = vi.spyOn(globalThis, 'clearTimeout');
    clock.clearTimeout(timer);
    expect(clear.mock.calls).toEqual([[timer]]);
  });
});
