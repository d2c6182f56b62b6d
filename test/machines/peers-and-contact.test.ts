import { describe, expect, test } from 'vitest';
import type { SyncWorkerEvent } from '../../src/index.ts';
import { answers, asksToWait, fails, hangs } from '../support/behaviours.ts';
import { BEGIN, begin, left, peer } from '../support/example-world.ts';

describe('a peer that gets in touch', () => {
  const overdue = left({ lastOutcome: 'ok', nextSyncDueAt: BEGIN });

  test('loses its backoff', async () => {
    const peers = [peer('a', { cooldownUntil: BEGIN + 500, failureCount: 3 })];
    const example = await begin({ peers, script: [answers('h1')], state: overdue });
    await example.after(10);
    await example.contact('http://a.example');
    expect(example.peer('a')).toMatchObject({ cooldownUntil: 0, lastSeenAt: BEGIN + 10, failureCount: 3 });
    await example.after(0);
    expect(example.asked()).toEqual(['a 10']);
  });

  test('does not lose a Retry-After that still runs', async () => {
    const silent = peer('a', { cooldownUntil: BEGIN + 500, metadata: { retry_after_until: BEGIN + 200 } });
    const example = await begin({ peers: [silent], script: [answers('h1')], state: overdue });
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

  test('is known by its URL in any spelling', async () => {
    const peers = [peer('a', { cooldownUntil: BEGIN + 500 })];
    const example = await begin({ peers, script: [answers('h1')], state: overdue });
    await example.contact('HTTP://A.example:80/');
    expect(example.peer('a')?.cooldownUntil).toBe(0);
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

describe('a removed peer whose Retry-After still runs', () => {
  const removed = { enabled: false, metadata: { retry_after_until: BEGIN + 600, removed: true } };

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
    [{ type: 'peers.changed', peers: undefined as never }, /^peers\.changed: peers is undefined; allowed is/],
    [{ type: 'peers.changed', peers: [null] as never }, /peers\[0\] is null; allowed is an object/],
    [{ type: 'peers.changed', peers: [{}] as never }, /peers\[0\]: peerUrl is ""/],
    [
      { type: 'peers.changed', peers: [{ ...peer('b'), enabled: 1 }] as never },
      /peers\[0\]: enabled is 1; allowed is true or false/,
    ],
    [
      { type: 'peers.changed', peers: [peer('b'), { ...peer('c'), cooldownUntil: Number.NaN }] },
      /peers\[1\]: cooldownUntil is NaN/,
    ],
    [
      { type: 'peers.changed', peers: [peer('b'), peer('b')] },
      /peers\[1\]: peerUrl "http:\/\/b\.example" stands at peers\[0\]/,
    ],
    [
      {
        type: 'peers.changed',
        peers: [
          peer('b', { metadata: { retry_after_until: 5 } }),
          { ...peer('c'), metadata: { retry_after_until: '5' } },
        ],
      },
      /metadata\.retry_after_until is "5"/,
    ],
    [{ type: 'peer.seen', peerUrl: 7 as never }, /^peer\.seen: peerUrl is 7/],
    [{ type: 'peer.seen', peerUrl: 'a.example' }, /peerUrl is "a\.example"/],
    [{ type: 'peer.seen', peerUrl: Object.create(null) as never }, /^peer\.seen: peerUrl is \{\}/],
  ];

  test.each(malformed)('is refused, with the field named, and changes nothing: %j', async (event, reason) => {
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
    expect(example.clock.nextDeadline()).toBe(60_000);
  });

  test('of a type nobody knows is no event at all', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('h1')] });
    const before = example.actor().getSnapshot().context;
    example.actor().send({ type: 'sync.now' } as never);
    expect(example.actor().getSnapshot().context).toBe(before);
  });
});
