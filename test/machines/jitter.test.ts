import { describe, expect, test } from 'vitest';
import { answers, asksToWait, fails, forks } from '../support/behaviours.ts';
import { begin, peer, since } from '../support/example-world.ts';
import type { Behaviour } from '../support/scripted-sync.ts';

/** The waits between the runs of a worker, in seconds. */
async function waits(
  script: readonly Behaviour[],
  { jitterRatio, random }: { readonly jitterRatio: number; readonly random: number },
): Promise<number[]> {
  const example = await begin({ peers: [peer('a')], script, policy: { jitterRatio }, random });
  await example.after(8000);
  const times = example.scripted.attempts.map(({ at }) => since(at));
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

describe('jitter', () => {
  test('of a ratio of 0 leaves the ladder as it is', async () => {
    const plain = [60, 120, 240, 480, 960, 1800, 1800, 1800];
    expect(await waits([fails()], { jitterRatio: 0, random: 1 })).toEqual(plain);
  });

  test('adds up to the ratio, after the cap', async () => {
    const ladder = [72, 144, 288, 576, 1152, 2160, 2160];
    expect(await waits([fails()], { jitterRatio: 0.2, random: 1 })).toEqual(ladder);
    expect((await waits([forks()], { jitterRatio: 0.4, random: 0.5 })).slice(0, 3)).toEqual([72, 144, 288]);
  });

  test('is rounded up to a whole second', async () => {
    const [first] = await waits([fails()], { jitterRatio: 0.001, random: 1 });
    expect(first).toBe(61);
  });

  test('adds to a Retry-After and never takes from it', async () => {
    const [first] = await waits([asksToWait(600)], { jitterRatio: 0.5, random: 0.5 });
    expect(first).toBe(750);
    expect((await waits([asksToWait(600)], { jitterRatio: 0.5, random: 0 }))[0]).toBe(600);
  });

  test('leaves the interval after a good run alone', async () => {
    const [first] = await waits([answers('h1')], { jitterRatio: 1, random: 1 });
    expect(first).toBe(300);
  });

  test('however great makes no wait that is not a number', async () => {
    const example = await begin({
      peers: [peer('a')],
      script: [fails()],
      policy: { jitterRatio: Number.MAX_VALUE },
      random: 1,
    });
    expect(example.state().nextSyncDueAt).toBe(Number.MAX_SAFE_INTEGER);
  });
});
