import { describe, expect, test } from 'vitest';
import { logProgress } from '../../../src/command-line/log/log-worker.ts';
import { createPullMeter } from '../../../src/command-line/log/pull-meter.ts';
import { embed } from '../../support/embedded-worker.ts';
import { fc } from '../../support/property.ts';
import { captureLog } from './captured-log.ts';

const page = { peerUrl: 'http://a.example', accepted: 100, pages: 1, maxPages: 5, eventsAtMost: 500 };

/** A meter and its clock. */
function metered(): { meter: ReturnType<typeof createPullMeter>; at(seconds: number): void } {
  let now = 10;
  const meter = createPullMeter(() => now);
  return {
    meter,
    at: (seconds) => {
      now = 10 + seconds;
    },
  };
}

describe('a pull', () => {
  test('is measured from its beginning: events a second, and what is left at most at that rate', () => {
    const { meter, at } = metered();
    at(2);
    expect(meter.page(page)).toEqual({ ...page, seconds: 2, eventsPerSecond: 50, secondsLeftAtMost: 8 });
    at(4);
    expect(meter.page({ ...page, accepted: 400, pages: 4 })).toMatchObject({
      eventsPerSecond: 100,
      secondsLeftAtMost: 1,
    });
  });

  test('has less time left while nothing comes, and the rate of its newest page', () => {
    const { meter, at } = metered();
    at(2);
    meter.page(page);
    at(5);
    expect(meter.reading()).toMatchObject({ seconds: 5, eventsPerSecond: 50, secondsLeftAtMost: 5 });
    at(60);
    expect(meter.reading()?.secondsLeftAtMost).toBe(0);
  });

  test('of any figures has a rate and a rest that are no nonsense', () => {
    const whole = fc.nat({ max: 500_000 });
    fc.assert(
      fc.property(
        whole,
        whole,
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (accepted, most, a, b) => {
          const { meter, at } = metered();
          at(a);
          meter.page({ ...page, accepted, eventsAtMost: most });
          at(a + b);
          const { eventsPerSecond = -1, secondsLeftAtMost } = meter.reading() ?? {};
          expect(Number.isFinite(eventsPerSecond) && eventsPerSecond >= 0).toBe(true);
          expect(secondsLeftAtMost ?? 0).toBeGreaterThanOrEqual(0);
          expect(Number.isNaN(secondsLeftAtMost)).toBe(false);
        },
      ),
    );
  });

  test('of a worker begins and ends with the attempt', async () => {
    const { meter, at } = metered();
    const seen: unknown[] = [];
    const { worker, pass } = embed({
      peers: [page.peerUrl],
      sync: async () => {
        at(9);
        meter.page(page);
        seen.push(meter.reading()?.seconds);
        return { head: '' };
      },
    });
    at(8);
    const unfollow = meter.follow(worker);
    await worker.start();
    await pass(0);
    await worker.stop();
    unfollow();
    expect([seen, meter.reading()]).toEqual([[1], undefined]);
  });
});

test('a long pull is told now and then, each of its pages only to those who want all', () => {
  const { logger, lines } = captureLog({ level: 'debug' });
  const tell = logProgress(logger, 10);
  const { meter, at } = metered();
  for (const [index, seconds] of [3, 9, 11, 15, 22, 23].entries()) {
    at(seconds);
    tell(
      meter.page({
        ...page,
        accepted: (index + 1) * 10,
        pages: index + 1,
        more: true,
        newestAt: 1_800_000_000,
      }),
    );
  }
  expect(lines().map(({ level }) => level)).toEqual(['debug', 'debug', 'info', 'debug', 'info', 'debug']);
  expect(lines()[2]).toMatchObject({
    event: 'pull.progress',
    peer: page.peerUrl,
    events: 30,
    events_at_most: 500,
    pages: 3,
    pages_at_most: 5,
    events_per_second: 3,
    msg: `30 events kept from ${page.peerUrl}, page 3 of at most 5, 3 a second, up to 2027-01-15 08:00:00 UTC; the peer has more`,
    more: true,
    newest_at: 1_800_000_000,
  });
});
