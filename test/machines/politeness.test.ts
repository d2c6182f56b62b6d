import { describe, expect, test } from 'vitest';
import { answers, asksToWait, fails, hangs } from '../support/behaviours.ts';
import { BEGIN, begin, type Example, left, peer } from '../support/example-world.ts';

/** Ways to have a worker ask its peer, each tried ten seconds after that peer asked for 600 s of silence. */
const ways: readonly (readonly [string, (example: Example) => Promise<void>])[] = [
  ['by the timer', () => Promise.resolve()],
  ['by a request', (example) => example.request(false)],
  ['by a request with force', (example) => example.request(true)],
  ['by a contact', (example) => example.contact('http://a.example')],
  [
    'by a contact and a request with force',
    async (example) => {
      await example.contact('http://a.example');
      await example.request(true);
    },
  ],
  ['by a reset without force', (example) => example.reset('http://a.example', false)],
  [
    'by a reset without force and a request with it',
    async (example) => {
      await example.reset('http://a.example', false);
      await example.request(true);
    },
  ],
  [
    'by a policy without any backoff',
    (example) => example.changePolicy({ failureBackoffSeconds: 0, failureBackoffCapSeconds: 0 }),
  ],
  ['by a restart', (example) => example.restartAfter(0)],
  ['by a record that knows nothing of it', (example) => example.changePeers([peer('a')])],
  [
    'by a removal and a return',
    async (example) => {
      await example.changePeers([]);
      await example.changePeers([peer('a')]);
      await example.request(true);
    },
  ],
  [
    'by a removal, a restart and a return',
    async (example) => {
      await example.changePeers([]);
      await example.restartAfter(0);
      await example.restartAfter(0);
      await example.changePeers([peer('a')]);
      await example.request(true);
    },
  ],
];

describe('no peer is asked before the time that its last Retry-After named', () => {
  test.each(ways)('%s', async (_, attempt) => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(600), answers('h1')] });
    await example.after(10);
    await attempt(example);
    await example.after(589.999);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(0.001);
    expect(example.asked()).toEqual(['a 0', 'a 600']);
  });

  test('by failover, once another peer has failed', async () => {
    const script = [asksToWait(600), answers('h1'), fails(), fails(), fails()];
    const example = await begin({ peers: [peer('a'), peer('b')], script });
    await example.after(599);
    expect(example.asked()).toEqual(['a 0', 'b 0', 'b 300', 'b 360', 'b 480']);
  });

  test('after a stuck run, which leaves no cooldown of its own', async () => {
    const script = [asksToWait(600), hangs];
    const example = await begin({ peers: [peer('a'), peer('b')], script });
    await example.after(599);
    expect(example.asked()).toEqual(['a 0', 'b 0', 'b 300']);
  });

  test('after the clock was set back by less than an hour: the time is one of the wall clock', async () => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(600), answers('h1')] });
    await example.after(10);
    await example.jump(-2000);
    await example.request(true);
    await example.after(2589);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(1);
    expect(example.asked()).toEqual(['a 0', 'a 600']);
  });

  test('after the clock was set back by years: what it asked for is served in full, and no more than an hour', async () => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(600), answers('h1')] });
    await example.after(10);
    await example.jump(-1e8);
    await example.request(true);
    await example.after(3599);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(1);
    expect(example.asked()).toEqual(['a 0', `a ${-1e8 + 3610}`]);
  });

  test('counted from a fraction of a second: the wait is not a fraction too short', async () => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(600, 0.5), answers('h1')] });
    await example.after(600.5);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(0.5);
    expect(example.asked()).toEqual(['a 0', 'a 601']);
  });

  test('where a shorter Retry-After follows: the later of the two holds', async () => {
    const waiting = peer('a', { retryAfter: { until: BEGIN + 900, header: '900' } });
    const example = await begin({ peers: [peer('a')], script: [asksToWait(100, 50)] });
    await example.changePeers([waiting]);
    await example.after(899);
    expect(example.asked()).toEqual(['a 0']);
  });

  test('where the peer was removed while it was being asked', async () => {
    const example = await begin({ peers: [peer('a')], script: [asksToWait(600, 50), answers('h1')] });
    await example.changePeers([]);
    await example.after(50);
    expect(example.peer('a')).toMatchObject({ enabled: false, retryAfter: { until: BEGIN + 650 } });
    await example.changePeers([peer('a')]);
    await example.request(true);
    await example.after(599);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(1);
    expect(example.asked()).toEqual(['a 0', 'a 650']);
  });

  test('though the cap of the backoff is shorter, or is 0', async () => {
    for (const failureBackoffCapSeconds of [0, 120]) {
      const policy = { failureBackoffCapSeconds };
      const example = await begin({ peers: [peer('a')], script: [asksToWait(600), answers('h1')], policy });
      await example.after(600);
      expect(example.asked()).toEqual(['a 0', 'a 600']);
    }
  });

  test('and after it at once, where that is all that is waited for', async () => {
    const state = left({ lastOutcome: 'ok', nextSyncDueAt: BEGIN });
    const waiting = peer('a', { retryAfter: { until: BEGIN + 90, header: '90' } });
    const example = await begin({ peers: [waiting], script: [answers('h1')], state });
    await example.after(90);
    expect(example.asked()).toEqual(['a 90']);
  });
});
