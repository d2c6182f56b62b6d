import { describe, expect, test } from 'vitest';
import type { SyncOutcome } from '../../src/index.ts';
import { answers, asksToWait, fails, hangs } from '../support/behaviours.ts';
import { BEGIN, begin, left, peer } from '../support/example-world.ts';

const resting: readonly SyncOutcome[] = ['idle', 'ok', 'error', 'fork'];

describe('a restored worker', () => {
  test.each(resting)('goes on in %s and does not run before it is due', async (lastOutcome) => {
    const state = left({ lastOutcome, nextSyncDueAt: BEGIN + 100, consecutiveFailures: 2 });
    const example = await begin({ peers: [peer('a')], script: [answers('h1')], state });
    expect(example.actor().getSnapshot().value).toBe(lastOutcome);
    await example.after(99);
    expect(example.state()).toEqual(state);
    expect(example.events).toEqual([]);
    await example.after(1);
    expect(example.asked()).toEqual(['a 100']);
  });

  test('goes on in solo without telling so', async () => {
    const state = left({ lastOutcome: 'solo', nextSyncDueAt: BEGIN + 100 });
    const example = await begin({ peers: [], script: [fails()], state });
    await example.after(99);
    expect(example.events).toEqual([]);
    expect(example.state()).toEqual(state);
  });

  test.each(resting)('in %s that is long overdue runs at once', async (lastOutcome) => {
    const state = left({ lastOutcome, nextSyncDueAt: BEGIN - 1_000_000 });
    const example = await begin({ peers: [peer('a')], script: [answers('h1')], state });
    expect(example.asked()).toEqual(['a 0']);
  });

  test('climbs on with its backoff', async () => {
    const example = await begin({ peers: [peer('a')], script: [fails()] });
    await example.after(70);
    await example.restartAfter(110);
    expect(example.asked()).toEqual(['a 0', 'a 60', 'a 180']);
    await example.restartAfter(0);
    await example.after(240);
    expect(example.asked()).toEqual(['a 0', 'a 60', 'a 180', 'a 420']);
    expect(example.state().consecutiveFailures).toBe(4);
  });

  test('still knows what its peers asked for', async () => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(600)] });
    await example.after(10);
    await example.restartAfter(20);
    await example.request(true);
    await example.after(569.999);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(0.001);
    expect(example.asked()).toEqual(['a 0', 'a 600']);
  });
});

describe('a run that a crash left', () => {
  const running = (startedAgo: number) =>
    left({ lastOutcome: 'running', lastSyncStartedAt: BEGIN - startedAgo, consecutiveFailures: 2 });

  test('may be alive elsewhere: what is left of its 300 s and one second, for its start was truncated, is waited out', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')], state: running(100) });
    expect(example.actor().getSnapshot().value).toEqual({ running: 'abandoned' });
    await example.after(100);
    await example.request(true);
    await example.after(100.999);
    expect(example.asked()).toEqual([]);
    await example.after(0.001);
    expect(example.asked()).toEqual(['a 201']);
  });

  test('waits on whatever comes meanwhile, and asks nobody', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')], state: running(100) });
    await example.request(true);
    await example.contact('http://a.example');
    await example.changePeers([peer('a'), peer('b')]);
    await example.after(200.5);
    expect(example.actor().getSnapshot().value).toEqual({ running: 'abandoned' });
    expect(example.asked()).toEqual([]);
    expect(example.told()).toEqual([]);
    await example.after(0.5);
    expect(example.asked()).toEqual(['a 201']);
  });

  test('over 300 s ago is over at once, and no failure is counted', async () => {
    const example = await begin({ peers: [peer('a')], script: [hangs], state: running(301) });
    expect(example.asked()).toEqual(['a 0']);
    expect(example.state().consecutiveFailures).toBe(2);
  });

  test.each([0, -1, Number.MIN_SAFE_INTEGER])(
    'begun at %i, which is no time, is over at once',
    async (at) => {
      const state = left({ lastOutcome: 'running', lastSyncStartedAt: at });
      const example = await begin({ peers: [peer('a')], script: [answers('h1')], state });
      expect(example.asked()).toEqual(['a 0']);
    },
  );

  test('begun in the future, by a clock that was wrong, is over a look after its 300 s at most', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')], state: running(-1e6) });
    await example.after(299.999);
    expect(example.asked()).toEqual([]);
    await example.after(60.001);
    expect(example.asked()).toHaveLength(1);
  });

  test('with nobody to ask is followed by solo, when its time is up', async () => {
    const example = await begin({ peers: [], script: [fails()], state: running(100) });
    await example.after(200.999);
    expect(example.told()).toEqual([]);
    await example.after(0.001);
    expect(example.state()).toMatchObject({ lastOutcome: 'solo', consecutiveFailures: 0 });
  });

  test('waits on while all peers are cooling down', async () => {
    const peers = [peer('a', { cooldownUntil: BEGIN + 500 })];
    const example = await begin({ peers, script: [answers('h1')], state: running(100) });
    await example.after(499);
    expect(example.state()).toEqual(running(100));
    await example.after(1);
    expect(example.asked()).toEqual(['a 500']);
  });

  test('is over at once for a new peer, if only the others cool down', async () => {
    const cooling = peer('a', { cooldownUntil: BEGIN + 5000 });
    const example = await begin({ peers: [cooling], script: [answers('h1')], state: running(100) });
    await example.after(300);
    await example.changePeers([cooling, peer('b')]);
    await example.after(0);
    expect(example.asked()).toEqual(['b 300']);
  });

  test('hears of other peers and of contacts while it is waited for', async () => {
    const example = await begin({ peers: [], script: [answers('h1')], state: running(100) });
    await example.changePeers([peer('a', { cooldownUntil: BEGIN + 5000 })]);
    await example.contact('http://a.example');
    await example.after(201);
    expect(example.asked()).toEqual(['a 201']);
  });
});
