import { describe, expect, test } from 'vitest';
import { answers, asksToWait, fails, hangs } from '../support/behaviours.ts';
import { BEGIN, begin, left, peer } from '../support/example-world.ts';

describe('a peer that an operator resets', () => {
  const state = left({ lastOutcome: 'ok', nextSyncDueAt: BEGIN });

  test('is forgiven its failures and its backoff', async () => {
    const failing = peer('a', { cooldownUntil: BEGIN + 500, failureCount: 3, lastError: 'refused' });
    const example = await begin({ peers: [failing], script: [answers('h1')], state });
    await example.after(10);
    await example.reset('http://a.example', false);
    expect(example.peer('a')).toMatchObject({ cooldownUntil: 0, failureCount: 0, lastError: '' });
    await example.after(0);
    expect(example.asked()).toEqual(['a 10']);
  });

  test('by force is asked before its Retry-After is over, as soon as the worker is due', async () => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(600), answers('h1')] });
    await example.after(10);
    await example.reset('http://a.example', true);
    await example.request(false);
    expect(example.asked()).toEqual(['a 0', 'a 10']);
  });

  test('does not shorten the wait of the worker itself', async () => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(600), answers('h1')] });
    await example.after(10);
    await example.reset('http://a.example', true);
    await example.after(589);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(1);
    expect(example.asked()).toEqual(['a 0', 'a 600']);
  });

  test('is the only one that is forgiven', async () => {
    const peers = [peer('a', { failureCount: 2 }), peer('b', { failureCount: 2 })];
    const example = await begin({ peers, script: [hangs] });
    await example.reset('http://b.example', true);
    expect(example.peer('a')?.failureCount).toBe(2);
    expect(example.peer('b')?.failureCount).toBe(0);
  });

  test('is forgiven as a sync peer, and not in what else it is used for', async () => {
    const pushed = peer('a', { bucket: 'push', failureCount: 2 });
    const example = await begin({ peers: [peer('a', { failureCount: 2 }), pushed], script: [hangs] });
    await example.reset('http://a.example', true);
    expect(
      example
        .actor()
        .getSnapshot()
        .context.peers.map(({ failureCount }) => failureCount),
    ).toEqual([0, 2]);
  });

  test('under a URL that is none of ours changes nothing', async () => {
    const peers = [peer('a', { failureCount: 2 })];
    const example = await begin({ peers, script: [hangs] });
    await example.reset('http://b.example', true);
    expect(example.actor().getSnapshot().context.peers).toEqual(peers);
  });
});

describe('another policy', () => {
  test('counts for the next decision, and leaves the due time that is set', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1'), answers('h2')] });
    await example.after(10);
    await example.changePolicy({ intervalSeconds: 20 });
    await example.after(310);
    expect(example.asked()).toEqual(['a 0', 'a 300', 'a 320']);
  });

  test('leaves an attempt alone: its limit is the one in force when the run began', async () => {
    const example = await begin({ peers: [peer('a'), peer('b')], script: [hangs, answers('h1')] });
    await example.after(30);
    await example.changePolicy({ stuckAfterSeconds: 40 });
    await example.after(269.999);
    expect(example.scripted.attempts[0]?.signal.aborted).toBe(false);
    await example.after(0.001);
    expect(example.asked()).toEqual(['a 0', 'b 300']);
  });

  test('takes part in the run under way: a failure is measured by it', async () => {
    const example = await begin({ peers: [peer('a')], script: [fails(undefined, 20)] });
    await example.changePolicy({ failureBackoffSeconds: 7 });
    await example.after(20);
    expect(example.state().nextSyncDueAt).toBe(BEGIN + 27);
  });

  test('is told as it is in force, and a malformed one changes nothing', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')] });
    await example.changePolicy({ intervalSeconds: 20 });
    expect(example.events.at(-1)).toMatchObject({ type: 'policy.changed', policy: { intervalSeconds: 20 } });
    example.actor().send({ type: 'policy.changed', policy: { intervalSeconds: -1 } as never });
    expect(example.events.at(-1)).toEqual({
      type: 'event.refused',
      reason: 'policy.changed: allowed is a policy that resolvePolicy() made',
    });
    expect(example.actor().getSnapshot().context.policy.intervalSeconds).toBe(20);
  });
});
