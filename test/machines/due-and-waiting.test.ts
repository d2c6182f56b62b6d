import { describe, expect, test } from 'vitest';
import { answers, fails } from '../support/behaviours.ts';
import { BEGIN, begin, type Example, left, peer, since } from '../support/example-world.ts';

const DAY = 86_400;

/** The moments at which the worker wakes up, until so many seconds since the beginning. */
async function looksUntil(example: Example, seconds: number): Promise<number[]> {
  const looks: number[] = [];
  const { world } = example;
  while (since(world.now()) < seconds && (await world.step())) looks.push(since(world.now()));
  return looks;
}

describe('a wait', () => {
  test('is cut into looks at the clock of at most 60 s, the last one at the due time', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')] });
    expect(await looksUntil(example, 600)).toEqual([60, 120, 180, 240, 300, 360, 420, 480, 540, 600]);
    expect(example.asked()).toEqual(['a 0', 'a 300', 'a 600']);
  });

  test('that is no multiple of a look ends with a shorter one', async () => {
    const policy = { intervalSeconds: 150 };
    const example = await begin({ peers: [peer('a')], script: [answers('h1')], policy });
    expect(await looksUntil(example, 300)).toEqual([60, 120, 150, 210, 270, 300]);
  });

  test('ends at a whole second, wherever in a second the run ended', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1', 0.25)] });
    await example.after(301);
    expect(example.asked()).toEqual(['a 0', 'a 300']);
  });

  test('after a failure follows the ladder, capped at half an hour', async () => {
    const example = await begin({ peers: [peer('a')], script: [fails()] });
    await example.after(60 + 120 + 240 + 480 + 960 + 1800 + 1800);
    const times = example.scripted.attempts.map(({ at }) => since(at));
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(waits).toEqual([60, 120, 240, 480, 960, 1800, 1800]);
    expect(example.state()).toMatchObject({ lastOutcome: 'error', consecutiveFailures: 8 });
  });

  test('after a good run begins the ladder anew', async () => {
    const example = await begin({ peers: [peer('a')], script: [fails(), fails(), answers('h1'), fails()] });
    await example.after(600);
    expect(example.asked()).toEqual(['a 0', 'a 60', 'a 180', 'a 480', 'a 540']);
  });

  test('above 2^31−1 ms, where a Node timer fires at once, lasts as long as any other', async () => {
    const policy = { intervalSeconds: 30 * DAY };
    const example = await begin({ peers: [peer('a')], script: [answers('h1')], policy });
    await example.after(DAY / 4);
    await example.jump(29 * DAY);
    await example.after((DAY * 3) / 4 - 1);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(1);
    expect(example.asked()).toEqual(['a 0', `a ${30 * DAY}`]);
  });

  test('of the greatest length that can be written is waited for, too', async () => {
    const policy = { intervalSeconds: Number.MAX_VALUE };
    const example = await begin({ peers: [peer('a')], script: [answers('h1')], policy });
    expect(example.state().nextSyncDueAt).toBe(Number.MAX_SAFE_INTEGER);
    await example.after(DAY / 4);
    expect(example.asked()).toEqual(['a 0']);
  });

  test.each([
    ['cooldown', peer('a', { cooldownUntil: BEGIN + 25 * DAY })],
    ['Retry-After', peer('a', { retryAfter: { until: BEGIN + 25 * DAY, header: '' } })],
  ])('for a %s that is longer than any of ours lasts an hour, as the longest of ours', async (_, waiting) => {
    const example = await begin({ peers: [waiting], script: [answers('h1')] });
    await example.after(3599);
    expect(example.asked()).toEqual([]);
    await example.after(1);
    expect(example.asked()).toEqual(['a 3600']);
  });
});

describe('the wall clock', () => {
  test('set back during a wait prolongs it: a run is never early by the wall clock', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')] });
    await example.after(100);
    await example.jump(-1000);
    await example.after(1199);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(1);
    expect(example.asked()).toEqual(['a 0', 'a 300']);
  });

  test('set ahead, or a machine that slept, starts the run at the next look', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')] });
    await example.after(100);
    await example.jump(28_800);
    await example.after(19);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(1);
    expect(example.asked()).toEqual(['a 0', 'a 28920']);
  });

  test('that was an hour slow when the wait began does not make the worker an hour late', async () => {
    const state = left({ lastOutcome: 'error', nextSyncDueAt: BEGIN + 60, consecutiveFailures: 1 });
    const example = await begin({ peers: [peer('a')], script: [answers('h1')], state });
    await example.jump(-3600);
    await example.after(30);
    await example.jump(3600);
    await example.after(30);
    expect(example.asked()).toEqual(['a 60']);
  });
});

describe('the floor of 1 s between two runs', () => {
  const noPause = { intervalSeconds: 0, failureBackoffSeconds: 0 };
  const everySecond = ['a 0', 'a 1', 'a 2', 'a 3'];

  test('holds for a sync function that fails at once, with a base backoff of 0', async () => {
    const example = await begin({ peers: [peer('a')], script: [fails()], policy: noPause });
    await example.after(3);
    expect(example.asked()).toEqual(everySecond);
  });

  test('holds for one that answers at once, with an interval of 0', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')], policy: noPause });
    await example.after(3);
    expect(example.asked()).toEqual(everySecond);
  });

  test.each([false, true])('holds in a flood of requests (force: %s)', async (force) => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1'), fails()] });
    for (let tenth = 0; tenth < 30; tenth += 1) {
      for (let again = 0; again < 3; again += 1) await example.request(force);
      await example.after(0.1);
    }
    expect(example.asked()).toEqual(force ? everySecond : ['a 0', 'a 1']);
  });

  test('is counted from the very end of a run, not from the second it lies in', async () => {
    const script = [answers('h1', 0.75)];
    const example = await begin({ peers: [peer('a')], script, policy: noPause });
    await example.after(3);
    expect(example.asked()).toEqual(['a 0', 'a 1.75']);
  });

  test('holds for a worker without a peer', async () => {
    const example = await begin({ peers: [], script: [fails()], policy: noPause });
    await example.after(3);
    expect(example.told()).toHaveLength(4);
  });

  test('does not hold up a worker whose clock was set back behind its last run', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')] });
    await example.jump(-3600);
    await example.request(false);
    await example.after(0);
    expect(example.asked()).toEqual(['a 0', 'a -3600']);
  });
});
