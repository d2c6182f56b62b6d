import { describe, expect, test } from 'vitest';
import { answers, asksToWait, breaksOff, fails, forks } from '../support/behaviours.ts';
import { BEGIN, begin, left, peer, since } from '../support/example-world.ts';

const four = [peer('a'), peer('b'), peer('c'), peer('d')];

describe('a run', () => {
  test('asks three peers at most, one after the other, and counts one failure however many it asked', async () => {
    const example = await begin({ peers: four, script: [fails()] });
    expect(example.asked()).toEqual(['a 0', 'b 0', 'c 0']);
    expect(example.state()).toMatchObject({ lastOutcome: 'error', consecutiveFailures: 1 });
    expect(example.told()).toEqual([
      'run.started',
      ...Array.from({ length: 3 }, () => ['attempt.started', 'attempt.finished']).flat(),
      'run.finished',
    ]);
  });

  test('asks as many as maxPeersPerRun says', async () => {
    const example = await begin({ peers: four, script: [fails()], policy: { maxPeersPerRun: 1 } });
    expect(example.asked()).toEqual(['a 0']);
    expect(example.state().consecutiveFailures).toBe(1);
  });

  test('asks in the order of the policy', async () => {
    const peers = [
      peer('a', { addedAt: 2 }),
      peer('b', { addedAt: 1 }),
      peer('c', { failureCount: 1 }),
      peer('d', { role: 'seed', source: 'bundle', failureCount: 9 }),
      peer('e', { lastSyncOkAt: 1, failureCount: 9 }),
    ];
    const example = await begin({ peers, script: [fails()], policy: { maxPeersPerRun: 9 } });
    expect(example.asked()).toEqual(['e 0', 'd 0', 'b 0', 'a 0', 'c 0']);
  });

  test('ends in ok with the first success, and asks nobody after it', async () => {
    const state = left({ lastOutcome: 'error', consecutiveFailures: 7, lastError: 'refused' });
    const example = await begin({ peers: four, script: [fails(), answers('h1')], state });
    expect(example.asked()).toEqual(['a 0', 'b 0']);
    expect(example.state()).toEqual({
      ...left({ lastOutcome: 'ok', lastPeerUrl: 'http://b.example', currentHead: 'h1' }),
      lastSyncStartedAt: BEGIN,
      lastSyncFinishedAt: BEGIN,
      lastSyncOkAt: BEGIN,
      nextSyncDueAt: BEGIN + 300,
    });
  });

  test('ends in fork at once: nothing is merged, and nobody else is asked', async () => {
    const state = left({ lastOutcome: 'ok', currentHead: 'h1' });
    const example = await begin({ peers: four, script: [fails(), forks()], state });
    expect(example.asked()).toEqual(['a 0', 'b 0']);
    expect(example.state()).toMatchObject({
      lastOutcome: 'fork',
      forkDetected: true,
      lastError: "the peer's chain does not extend ours",
      currentHead: 'h1',
      consecutiveFailures: 1,
      nextSyncDueAt: BEGIN + 60,
    });
  });

  test('that follows a fork clears it', async () => {
    const example = await begin({ peers: [peer('a')], script: [forks(), answers('h1')] });
    await example.after(60);
    expect(example.state()).toMatchObject({ lastOutcome: 'ok', forkDetected: false, lastError: '' });
  });

  test('asks a peer that was added while it was under way', async () => {
    const example = await begin({ peers: [peer('a')], script: [fails(undefined, 5), answers('h1')] });
    await example.changePeers([peer('a'), peer('b')]);
    await example.after(5);
    expect(example.asked()).toEqual(['a 0', 'b 5']);
  });
});

describe('a peer that failed', () => {
  test('has one failure more, and a cooldown of its own backoff', async () => {
    const peers = [peer('a'), peer('b', { failureCount: 2 })];
    const example = await begin({ peers, script: [fails()] });
    expect(example.peer('a')).toMatchObject({
      failureCount: 1,
      lastError: 'refused',
      cooldownUntil: BEGIN + 60,
    });
    expect(example.peer('b')).toMatchObject({ failureCount: 3, cooldownUntil: BEGIN + 240 });
  });

  test.each([
    ['its Retry-After, where that is longer', 600],
    ['its backoff, where that is longer', 30],
  ])('has a cooldown of %s', async (_, seconds) => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(seconds)] });
    expect(example.peer('a')?.cooldownUntil).toBe(BEGIN + Math.max(60, seconds));
    expect(example.peer('a')?.retryAfter).toEqual({ until: BEGIN + seconds, header: '' });
  });

  test('has all that forgotten once it answers', async () => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(90), answers('h1')] });
    await example.after(90);
    expect(example.peer('a')).toMatchObject({
      failureCount: 0,
      cooldownUntil: 0,
      lastError: '',
      lastSyncOkAt: BEGIN + 90,
    });
  });
});

describe('after a failed run the next one is due', () => {
  const due = async (...options: Parameters<typeof begin>): Promise<number> =>
    since((await begin(...options)).state().nextSyncDueAt);
  const two = [peer('a'), peer('b')];

  test('with one peer, after the later of backoff and Retry-After', async () => {
    expect(await due({ peers: [peer('a')], script: [asksToWait(600)] })).toBe(600);
    expect(await due({ peers: [peer('a')], script: [asksToWait(20)] })).toBe(60);
  });

  test('as soon as any of several peers may be asked again', async () => {
    expect(await due({ peers: two, script: [asksToWait(600), asksToWait(900)] })).toBe(600);
    expect(await due({ peers: two, script: [asksToWait(900), asksToWait(600)] })).toBe(600);
    expect(await due({ peers: two, script: [asksToWait(600), fails()] })).toBe(60);
  });

  test('not before the own backoff of the worker, though a peer may be asked at once', async () => {
    expect(await due({ peers: four, script: [asksToWait(600)] })).toBe(60);
    const state = left({ lastOutcome: 'error', consecutiveFailures: 4 });
    expect(await due({ peers: two, script: [fails()], state })).toBe(960);
  });

  test('when a peer that was not asked may be: one that is cooling down counts, too', async () => {
    const peers = [peer('a'), peer('b', { cooldownUntil: BEGIN + 200 })];
    expect(await due({ peers, script: [asksToWait(600)] })).toBe(200);
  });

  test('whoever is disabled or passed over: those are never asked and do not count', async () => {
    const peers = [
      peer('a'),
      peer('b', { enabled: false }),
      peer('c', { metadata: { passed_over: 'no onion proxy' } }),
      peer('d', { bucket: 'push' }),
    ];
    expect(await due({ peers, script: [asksToWait(600)] })).toBe(600);
  });
});

describe('partial progress', () => {
  test('moves the head and is still a failure', async () => {
    const state = left({ lastOutcome: 'error', consecutiveFailures: 1, currentHead: 'h1' });
    const example = await begin({ peers: [peer('a')], script: [breaksOff()], state });
    expect(example.state()).toMatchObject({
      lastOutcome: 'error',
      lastError: 'HTTP 503',
      currentHead: 'half way',
      consecutiveFailures: 2,
      nextSyncDueAt: BEGIN + 120,
    });
    expect(example.peer('a')?.failureCount).toBe(1);
  });

  test('is kept where a later peer of the run gets nowhere', async () => {
    const example = await begin({ peers: four, script: [breaksOff(), fails()] });
    expect(example.state()).toMatchObject({ lastOutcome: 'error', currentHead: 'half way' });
  });

  test('gives way to the head of a later peer that answers', async () => {
    const example = await begin({ peers: four, script: [breaksOff(), answers('h2')] });
    expect(example.state()).toMatchObject({ lastOutcome: 'ok', currentHead: 'h2' });
  });
});
