import { describe, expect, test } from 'vitest';
import type { SyncOutcome } from '../../src/index.ts';
import { answers, asksToWait, fails, hangs } from '../support/behaviours.ts';
import { BEGIN, begin, left, peer } from '../support/example-world.ts';

const resting: readonly SyncOutcome[] = ['idle', 'ok', 'error', 'fork', 'solo'];

describe('a request', () => {
  test.each(resting)('made in %s begins a run before it is due', async (lastOutcome) => {
    const state = left({ lastOutcome, nextSyncDueAt: BEGIN + 9000, consecutiveFailures: 2 });
    const peers = lastOutcome === 'solo' ? [] : [peer('a')];
    const example = await begin({ peers, script: [answers('h1')], state });
    await example.after(10);
    await example.changePeers([peer('a')]);
    await example.request(false);
    expect(example.asked()).toEqual(['a 10']);
    expect(example.state().lastOutcome).toBe('ok');
  });

  test.each([false, true])(
    'made while a run is under way is answered by that run (force: %s)',
    async (force) => {
      const example = await begin({ peers: [peer('a')], script: [answers('h1', 20)] });
      await example.after(10);
      await example.request(force);
      await example.after(309);
      expect(example.asked()).toEqual(['a 0']);
    },
  );

  test('made again and again begins one run', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')] });
    await example.after(10);
    for (let time = 0; time < 100; time += 1) await example.request(time % 2 === 0);
    await example.after(0.999);
    expect(example.asked()).toEqual(['a 0', 'a 10']);
  });

  test('is no way round a backoff, and is remembered until a peer may be asked', async () => {
    const state = left({ lastOutcome: 'ok', nextSyncDueAt: BEGIN + 9000 });
    const peers = [peer('a', { cooldownUntil: BEGIN + 100 })];
    const example = await begin({ peers, script: [answers('h1')], state });
    await example.after(10);
    await example.request(false);
    await example.after(89);
    expect(example.asked()).toEqual([]);
    await example.after(1);
    expect(example.asked()).toEqual(['a 100']);
  });

  test('that was answered is forgotten', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')] });
    await example.after(10);
    await example.request(true);
    await example.after(299);
    expect(example.asked()).toEqual(['a 0', 'a 10']);
    await example.after(1);
    expect(example.asked()).toEqual(['a 0', 'a 10', 'a 310']);
  });

  test('is remembered across another list of peers', async () => {
    const state = left({ lastOutcome: 'ok', nextSyncDueAt: BEGIN + 9000 });
    const example = await begin({
      peers: [peer('a', { cooldownUntil: BEGIN + 100 })],
      script: [answers('h1')],
      state,
    });
    await example.request(false);
    await example.changePeers([peer('b', { cooldownUntil: BEGIN + 50 })]);
    await example.after(60);
    expect(example.asked()).toEqual(['b 50']);
  });

  test('does not shorten the backoff of a worker whose only peer asked it to wait', async () => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(600)] });
    await example.after(10);
    await example.request(false);
    expect(example.state()).toMatchObject({ lastOutcome: 'error', consecutiveFailures: 1 });
    await example.after(590);
    expect(example.asked()).toEqual(['a 0', 'a 600']);
  });
});

describe('a request with force', () => {
  test('passes over a backoff', async () => {
    const example = await begin({ peers: [peer('a')], script: [fails()] });
    await example.after(10);
    await example.request(false);
    expect(example.asked()).toEqual(['a 0']);
    await example.request(true);
    expect(example.asked()).toEqual(['a 0', 'a 10']);
    expect(example.state().consecutiveFailures).toBe(2);
  });

  test('never passes over a Retry-After, and is remembered until it is over', async () => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(600), fails()] });
    await example.after(10);
    await example.request(true);
    await example.after(589.999);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(0.001);
    expect(example.asked()).toEqual(['a 0', 'a 600']);
  });

  test('waits for the end of a Retry-After, not for that of a longer backoff', async () => {
    const silent = peer('a', { cooldownUntil: BEGIN + 900, metadata: { retry_after_until: BEGIN + 100 } });
    const state = left({ lastOutcome: 'error', nextSyncDueAt: BEGIN + 900, consecutiveFailures: 5 });
    const example = await begin({ peers: [silent], script: [answers('h1')], state });
    await example.request(true);
    await example.after(101);
    expect(example.asked()).toEqual(['a 100']);
  });

  test('is not weakened by a plain one after it', async () => {
    const silent = peer('a', { cooldownUntil: BEGIN + 900, metadata: { retry_after_until: BEGIN + 100 } });
    const example = await begin({ peers: [silent], script: [answers('h1')] });
    await example.request(true);
    await example.request(false);
    await example.after(101);
    expect(example.asked()).toEqual(['a 100']);
  });

  test('asks peers in their backoff after those that may be asked anyway, best first', async () => {
    const peers = [
      peer('a', { cooldownUntil: BEGIN + 900, lastSyncOkAt: 1 }),
      peer('b', { cooldownUntil: BEGIN + 900, lastSyncOkAt: 2 }),
      peer('c'),
      peer('d', { metadata: { retry_after_until: BEGIN + 900 } }),
    ];
    const state = left({ lastOutcome: 'ok', nextSyncDueAt: BEGIN + 9000 });
    const policy = { maxPeersPerRun: 9 };
    const example = await begin({ peers, script: [fails()], state, policy });
    await example.request(true);
    expect(example.asked()).toEqual(['c 0', 'b 0', 'a 0']);
  });

  test('counts for one run: the next waits as ever', async () => {
    const example = await begin({ peers: [peer('a')], script: [fails()] });
    await example.after(10);
    await example.request(true);
    await example.after(119);
    expect(example.asked()).toEqual(['a 0', 'a 10']);
    await example.after(1);
    expect(example.asked()).toEqual(['a 0', 'a 10', 'a 130']);
  });

  test('counts for one run, also where that one got stuck', async () => {
    const example = await begin({
      peers: [peer('a', { cooldownUntil: BEGIN + 3500 })],
      script: [hangs],
      state: left({ lastOutcome: 'ok', nextSyncDueAt: BEGIN + 3600 }),
    });
    await example.request(true);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(3499);
    expect(example.asked()).toEqual(['a 0']);
  });
});
