import { describe, expect, test } from 'vitest';
import { answers, fails, hangs, says } from '../support/behaviours.ts';
import { begin, left, peer } from '../support/example-world.ts';
import type { Behaviour } from '../support/scripted-sync.ts';

async function afterOneRun(behaviour: Behaviour): Promise<Record<string, unknown>> {
  const example = await begin({ peers: [peer('a')], script: [behaviour, hangs] });
  await example.after(5);
  return { ...example.state() };
}

const garbage: readonly (readonly [unknown, string])[] = [
  [undefined, 'undefined'],
  [null, 'null'],
  ['h1', '"h1"'],
  [[{ head: 'h1' }], '[{"head":"h1"}]'],
  [{ head: 7 }, '{"head":7}'],
  [{ forked: 'yes' }, '{"forked":"yes"}'],
  [{ forked: false }, '{"forked":false}'],
];

describe('an attempt', () => {
  test.each([0, 1])('that throws fails the run with what it threw (after %i s)', async (after) => {
    const outcome = { lastOutcome: 'error', consecutiveFailures: 1 };
    expect(await afterOneRun(fails(new Error(' refused '), after))).toMatchObject({
      ...outcome,
      lastError: 'refused',
    });
    expect(await afterOneRun(fails('no route', after))).toMatchObject({ ...outcome, lastError: 'no route' });
    expect(await afterOneRun(fails(new TypeError(), after))).toMatchObject({
      ...outcome,
      lastError: 'TypeError',
    });
    const unshowable = { lastError: 'failed with a value that cannot be shown' };
    expect(await afterOneRun(fails({ toString: null }, after))).toMatchObject({ ...outcome, ...unshowable });
    expect(await afterOneRun(fails(' ', after))).toMatchObject({
      ...outcome,
      lastError: 'failed without a message',
    });
  });

  test.each(garbage)('that answers %j fails the run, and the error shows it', async (answer, shown) => {
    for (const after of [0, 1]) {
      expect(await afterOneRun(says(answer, after))).toMatchObject({
        lastOutcome: 'error',
        lastError: `sync answered ${shown}; allowed is { head: string }, { forked: true } or { held: seconds }`,
      });
    }
  });

  test('may answer with a head, or with a fork and its reason', async () => {
    expect(await afterOneRun(answers('h1'))).toMatchObject({ lastOutcome: 'ok', currentHead: 'h1' });
    const fork = says({ forked: true, error: 'two blocks at height 7' });
    expect(await afterOneRun(fork)).toMatchObject({
      lastOutcome: 'fork',
      lastError: 'two blocks at height 7',
    });
  });

  test('that answers with an empty head keeps the old one', async () => {
    const state = left({ lastOutcome: 'ok', currentHead: 'h1' });
    const example = await begin({ peers: [peer('a')], script: [answers('')], state });
    expect(example.state()).toMatchObject({ lastOutcome: 'ok', currentHead: 'h1' });
  });

  test('that answers twice is taken at its first word', async () => {
    const twice = {
      // biome-ignore lint/suspicious/noThenProperty: a thenable that calls back twice is the subject
      then: (done: (answer: unknown) => void, failed: (error: unknown) => void) => {
        done({ head: 'h1' });
        failed(new Error('refused'));
        done({ head: 'h2' });
      },
    };
    const example = await begin({ peers: [peer('a')], script: [says(twice)] });
    await example.after(5);
    expect(example.state()).toMatchObject({ lastOutcome: 'ok', currentHead: 'h1' });
    expect(example.told()).toEqual(['run.started', 'attempt.started', 'attempt.finished', 'run.finished']);
  });

  test('that ignores its signal and answers long after the worker was stopped changes nothing', async () => {
    const example = await begin({ peers: [peer('a')], script: [answers('late', 50)] });
    const before = example.state();
    const stopped = example.world.stop();
    await stopped;
    expect(example.scripted.attempts[0]?.signal.aborted).toBe(true);
    await example.after(60);
    expect(example.state()).toEqual(before);
    // It had not settled within the grace of the stop: nothing is withdrawn.
    expect(example.told()).toEqual(['run.started', 'attempt.started']);
  });
});
