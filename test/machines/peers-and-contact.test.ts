import { describe, expect, test } from 'vitest';
import type { SyncWorkerEvent } from '../../src/core.ts';
import { answers, asksToWait, fails, hangs } from '../support/behaviours.ts';
import { BEGIN, begin, left, peer } from '../support/example-world.ts';

describe('a peer that gets in touch', () => {
  const overdue = left({ lastOutcome: 'ok', nextSyncDueAt: BEGIN });

  test('loses its backoff, and is asked at once by a worker that is due', async () => {
    const peers = [peer('a', { cooldownUntil: BEGIN + 500, failureCount: 3 })];
    const example = await begin({ peers, script: [answers('h1')], state: overdue });
    await example.after(10);
    await example.contact('http://a.example');
    expect(example.peer('a')).toMatchObject({ lastSeenAt: BEGIN + 10, lastSyncOkAt: BEGIN + 10 });
    expect(example.asked()).toEqual(['a 10']);
  });

  test('does not lose a Retry-After that still runs', async () => {
    const retryAfter = { until: BEGIN + 200, header: '200' };
    const waiting = peer('a', { cooldownUntil: BEGIN + 500, retryAfter });
    const example = await begin({ peers: [waiting], script: [answers('h1')], state: overdue });
    await example.after(10);
    await example.contact('http://a.example');
    expect(example.peer('a')?.cooldownUntil).toBe(BEGIN + 200);
    await example.after(190);
    expect(example.asked()).toEqual(['a 200']);
  });

  test('does not shorten the backoff of the worker', async () => {
    const example = await begin({ peers: [peer('a')], script: [fails()] });
    await example.contact('http://a.example');
    await example.after(59);
    expect(example.asked()).toEqual(['a 0']);
  });

  test('and is none of ours changes nothing', async () => {
    const peers = [peer('a', { cooldownUntil: BEGIN + 500 })];
    const example = await begin({ peers, script: [answers('h1')], state: overdue });
    await example.contact('http://b.example');
    expect(example.actor().getSnapshot().context.peers).toEqual(peers);
  });

  test('while a run is under way may be failed over to', async () => {
    const peers = [peer('a'), peer('b', { cooldownUntil: BEGIN + 500 })];
    const example = await begin({ peers, script: [fails(undefined, 20), answers('h1')] });
    await example.contact('http://b.example');
    await example.after(20);
    expect(example.asked()).toEqual(['a 0', 'b 20']);
  });
});

describe('another list of peers', () => {
  test('takes the place of the old one, and the wait goes on', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')] });
    await example.after(100);
    await example.changePeers([peer('b')]);
    await example.after(199);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(1);
    expect(example.asked()).toEqual(['a 0', 'b 300']);
  });

  test('leaves an attempt alone, also one at a peer that is no longer in it', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1', 50)] });
    await example.changePeers([peer('b')]);
    await example.after(50);
    expect(example.scripted.attempts[0]?.signal.aborted).toBe(false);
    expect(example.state()).toMatchObject({ lastOutcome: 'ok', currentHead: 'h1' });
    expect(example.peer('a')).toBeUndefined();
  });

  test('is told as it is then kept', async () => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(600)] });
    await example.changePeers([peer('b')]);
    expect(example.events.at(-1)).toEqual({
      type: 'peers.changed',
      peers: [peer('b'), expect.objectContaining({ peerUrl: 'http://a.example', enabled: false })],
    });
  });
});

describe('a removed peer whose cooldown still runs', () => {
  test('has its backoff when it comes back: to remove and add it is no way round', async () => {
    const example = await begin({ peers: [peer('a'), peer('b')], script: [fails()] });
    await example.changePeers([peer('b')]);
    await example.changePeers([peer('a'), peer('b')]);
    expect(example.peer('a')).toMatchObject({ enabled: true, cooldownUntil: BEGIN + 60 });
  });
});

describe('a removed peer whose Retry-After still runs', () => {
  const removed = { enabled: false, removed: true, retryAfter: { until: BEGIN + 600, header: '' } };

  test('stays in the list, disabled, and the worker is solo without it', async () => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(600)] });
    await example.changePeers([]);
    await example.after(600);
    expect(example.peer('a')).toMatchObject(removed);
    expect(example.state().lastOutcome).toBe('solo');
  });

  test('stays there through any number of lists and restarts', async () => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(600), answers('h1')] });
    for (let time = 0; time < 3; time += 1) {
      await example.changePeers([peer('b')]);
      await example.restartAfter(10);
    }
    expect(example.peer('a')).toMatchObject(removed);
  });

  test('is not asked when it comes back, and is a peer like any other once the wait is over', async () => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(600), answers('h1')] });
    await example.changePeers([]);
    await example.changePeers([peer('a')]);
    expect(example.peer('a')?.enabled).toBe(true);
    await example.after(599);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(1);
    expect(example.asked()).toEqual(['a 0', 'a 600']);
  });

  test('is forgotten with the first list after that', async () => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(600), answers('h1')] });
    await example.changePeers([peer('b')]);
    await example.after(600);
    await example.changePeers([peer('b')]);
    expect(example.peer('a')).toBeUndefined();
  });
});

describe('a malformed event', () => {
  const malformed: readonly (readonly [SyncWorkerEvent, RegExp])[] = [
    [{ type: 'peers.changed', peers: undefined as never }, /^peers\.changed: allowed is a list that/],
    [{ type: 'peers.changed', peers: [peer('b')] }, /^peers\.changed: allowed is a list that/],
    [{ type: 'policy.changed', policy: { intervalSeconds: 5 } as never }, /^policy\.changed: allowed is a/],
    [{ type: 'peer.seen', peerUrl: 7 as never }, /^peer\.seen: 7 is the URL of no peer/],
    [{ type: 'peer.seen', peerUrl: 'a.example' }, /"a\.example" is the URL of no peer/],
    [
      { type: 'peer.reset', peerUrl: Object.create(null) as never },
      /^peer\.reset: \{\} is the URL of no peer/,
    ],
  ];

  test.each(malformed)('is refused, says what is allowed, and changes nothing: %j', async (event, reason) => {
    const waiting = await begin({ peers: [peer('a')], script: [answers('h1')] });
    const running = await begin({ peers: [peer('a')], script: [hangs] });
    for (const example of [waiting, running]) {
      const before = example.actor().getSnapshot();
      example.actor().send(event);
      const after = example.actor().getSnapshot();
      expect(after.status).toBe('active');
      expect(after.context).toEqual(before.context);
      expect(after.value).toEqual(before.value);
      expect(example.events.at(-1)).toEqual({ type: 'event.refused', reason: expect.stringMatching(reason) });
    }
    await waiting.after(300);
    expect(waiting.asked()).toEqual(['a 0', 'a 300']);
  });

  test('does not end the wait, and does not begin it anew', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')] });
    await example.after(30);
    example.actor().send({ type: 'peer.seen', peerUrl: '' });
    await example.after(269.999);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(0.001);
    expect(example.asked()).toEqual(['a 0', 'a 300']);
  });

  test('of a type nobody knows is no event at all', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')] });
    const before = example.actor().getSnapshot().context;
    example.actor().send({ type: 'sync.now' } as never);
    expect(example.actor().getSnapshot().context).toBe(before);
  });
});
