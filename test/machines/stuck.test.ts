import { describe, expect, test } from 'vitest';
import { answers, fails, forks, hangs } from '../support/behaviours.ts';
import { BEGIN, begin, type Example, left, peer } from '../support/example-world.ts';

/** Whether each attempt so far was aborted. */
function aborted(example: Example): boolean[] {
  return example.scripted.attempts.map(({ signal }) => signal.aborted);
}

describe('a run without a result', () => {
  test('is stuck 300 s after it began, neither earlier nor later: its attempt is aborted', async () => {
    const example = await begin({ peers: [peer('a')], script: [hangs] });
    await example.after(299.999);
    expect(aborted(example)).toEqual([false]);
    await example.after(0.001);
    expect(aborted(example)).toEqual([true, false]);
    expect(example.scripted.attempts[0]?.signal.reason).toBeDefined();
  });

  test('is stuck after what the policy says', async () => {
    const example = await begin({ peers: [peer('a')], script: [hangs], policy: { stuckAfterSeconds: 45 } });
    await example.after(90);
    expect(example.asked()).toEqual(['a 0', 'a 45', 'a 90']);
  });

  test('is followed by a new one at once, and no failure of the worker is counted', async () => {
    const state = left({ lastOutcome: 'error', consecutiveFailures: 2 });
    const example = await begin({ peers: [peer('a')], script: [hangs], state });
    await example.after(300);
    expect(example.asked()).toEqual(['a 0', 'a 300']);
    expect(example.state()).toMatchObject({
      lastOutcome: 'running',
      lastSyncStartedAt: BEGIN + 300,
      consecutiveFailures: 2,
    });
    expect(example.told().slice(2)).toEqual(['run.stuck', 'run.started', 'attempt.started']);
  });

  test('that was forced leaves no force to the next one: a peer that cools down waits on', async () => {
    const peers = [peer('a'), peer('b', { cooldownUntil: BEGIN + 900 })];
    const example = await begin({ peers, script: [answers('h1'), hangs] });
    await example.after(10);
    await example.request(true);
    await example.after(300);
    expect(example.asked()).toEqual(['a 0', 'a 10', 'a 310']);
  });

  test('leaves its peer one failure more, and no cooldown', async () => {
    const example = await begin({ peers: [peer('a', { failureCount: 4 })], script: [hangs] });
    await example.after(300);
    expect(example.peer('a')).toMatchObject({
      failureCount: 5,
      cooldownUntil: 0,
      lastError: 'stuck: no result within 300 s',
    });
  });

  test('has its limit counted from its beginning, not from that of its last attempt', async () => {
    const script = [fails(undefined, 200), hangs];
    const example = await begin({ peers: [peer('a'), peer('b')], script });
    await example.after(299.999);
    expect(aborted(example)).toEqual([false, false]);
    await example.after(0.001);
    expect(aborted(example)).toEqual([false, true, false]);
  });

  test.each([
    ['resolves', answers('late', 400)],
    ['rejects', fails(new Error('late'), 400)],
  ])('that %s after all is ignored', async (_, late) => {
    const example = await begin({ peers: [peer('a')], script: [late, answers('h1', 200)] });
    await example.after(450);
    expect(example.state()).toMatchObject({ lastOutcome: 'running', currentHead: '', lastError: '' });
    await example.after(50);
    expect(example.state()).toMatchObject({ lastOutcome: 'ok', currentHead: 'h1' });
    expect(example.told().filter((type) => type === 'run.finished')).toHaveLength(1);
  });

  test('has other peers asked before its own, the one stuck longest ago first', async () => {
    const peers = [peer('a', { lastSyncOkAt: 3 }), peer('b', { lastSyncOkAt: 2 }), peer('c')];
    const example = await begin({ peers, script: [hangs] });
    await example.after(1200);
    expect(example.asked()).toEqual(['a 0', 'b 300', 'c 600', 'a 900', 'b 1200']);
  });

  test('has its peer asked in its usual place again once a run has ended', async () => {
    const peers = [peer('a', { lastSyncOkAt: BEGIN - 10 }), peer('b')];
    const example = await begin({ peers, script: [hangs, forks(), answers('h1')] });
    await example.after(360);
    expect(example.asked()).toEqual(['a 0', 'b 300', 'a 360']);
  });

  test('fails over to its peer, too, but after all others', async () => {
    const peers = [peer('a', { lastSyncOkAt: 3 }), peer('b'), peer('c')];
    const example = await begin({ peers, script: [hangs, fails(), fails(), answers('h1')] });
    await example.after(300);
    expect(example.asked()).toEqual(['a 0', 'b 300', 'c 300', 'a 300']);
  });

  test('waits, aborted, until somebody may be asked', async () => {
    const example = await begin({ peers: [peer('a')], script: [hangs] });
    await example.changePeers([peer('a', { cooldownUntil: BEGIN + 1000 })]);
    await example.after(300);
    expect(aborted(example)).toEqual([true]);
    expect(example.actor().getSnapshot().value).toEqual({ running: 'abandoned' });
    expect(example.told().at(-1)).toBe('run.stuck');
    await example.after(699);
    expect(example.asked()).toEqual(['a 0']);
    await example.after(1);
    expect(example.asked()).toEqual(['a 0', 'a 1000']);
  });

  test('goes solo where its peer was removed and no other is left', async () => {
    const example = await begin({ peers: [peer('a')], script: [hangs] });
    await example.changePeers([]);
    await example.after(300);
    expect(aborted(example)).toEqual([true]);
    expect(example.told().slice(2)).toEqual(['run.stuck', 'run.finished']);
    expect(example.state().lastOutcome).toBe('solo');
  });
});

describe('a run whose clock was', () => {
  test('set ahead is stuck at the next look', async () => {
    const example = await begin({ peers: [peer('a')], script: [hangs] });
    await example.after(70);
    await example.jump(3600);
    await example.after(49.999);
    expect(aborted(example)).toEqual([false]);
    await example.after(0.001);
    expect(aborted(example)).toEqual([true, false]);
  });

  test('set back is stuck after its 300 s all the same: its timers tell', async () => {
    const example = await begin({ peers: [peer('a')], script: [hangs] });
    await example.after(70);
    await example.jump(-86_400);
    await example.after(229.999);
    expect(aborted(example)).toEqual([false]);
    await example.after(0.001);
    expect(aborted(example)).toEqual([true, false]);
    expect(example.asked()).toEqual(['a 0', 'a -86100']);
  });

  test('set on and back again and again is not stuck before its 300 s', async () => {
    const example = await begin({ peers: [peer('a')], script: [hangs] });
    for (const ahead of [230, 160, 90, 20]) {
      await example.after(59);
      // The clock check at 60 s then sees ten seconds left and sets a short timer.
      await example.jump(ahead);
      await example.after(1);
      await example.jump(-ahead);
      await example.after(10);
    }
    await example.after(19.999);
    expect(aborted(example)).toEqual([false]);
    await example.after(0.001);
    expect(aborted(example)).toEqual([true, false]);
  });
});
