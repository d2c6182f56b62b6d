import { expect, test } from 'vitest';
import {
  type ContenderName,
  contenderNames,
  loadContender,
} from '../../src/simulate/contenders/contenders.ts';
import { type Contender, type PeerGroupInput, simulate } from '../../src/testing/index.ts';

/** The same contender, with a note of when it asks: seconds from the beginning. */
async function watched(name: ContenderName, times: number[]): Promise<Contender> {
  const inner = await loadContender(name);
  return {
    ...inner,
    start: (node) =>
      inner.start({
        ...node,
        ask: (peerUrl, signal) => {
          times.push(node.clock.now() / 1000);
          return node.ask(peerUrl, signal);
        },
      }),
  };
}

async function waitsOf(name: ContenderName, peer: PeerGroupInput, policy: object = {}): Promise<number[]> {
  const times: number[] = [];
  await simulate({
    scenario: {
      hours: 4,
      workers: 1,
      startWithinSeconds: 0,
      policy,
      peers: [{ requestsPerSecond: 0, latencyMs: 0, ...peer }],
    },
    contenders: [await watched(name, times)],
  });
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

const down = { outages: [{ fromMinute: 0, minutes: 300 }] };
const doubled = [60, 120, 240, 480, 960, 1800, 1800, 1800, 1800, 1800, 1800];
const early = (waits: readonly number[]): number[] => waits.slice(0, 8);

test('against a peer that is down each waits as its own rule has it', async () => {
  expect(early(await waitsOf('ours', down))).toEqual(early(doubled));
  expect(early(await waitsOf('constant', down))).toEqual(early(new Array(8).fill(60)));
  expect(early(await waitsOf('undici', down))).toEqual(early(doubled));
  for (const name of ['full-jitter', 'decorrelated-jitter', 'cockatiel', 'p-retry'] as const) {
    const waits = await waitsOf(name, down);
    expect(new Set(waits).size, name).toBeGreaterThan(4);
    for (const [index, wait] of waits.entries()) {
      const most = name === 'full-jitter' || name === 'p-retry' ? (doubled[index] ?? 1800) * 2 : 1800;
      const least = name === 'p-retry' ? Math.min(1800, doubled[index] ?? 1800) : 0;
      expect(wait, `${name} ${index}`).toBeLessThanOrEqual(Math.min(1800, most) + 0.001);
      expect(wait, `${name} ${index}`).toBeGreaterThanOrEqual(least - 0.001);
    }
  }
});

test('after a good pull each waits for the interval', async () => {
  for (const name of contenderNames) {
    const waits = await waitsOf(name, {}, { intervalSeconds: 100 });
    expect(new Set(waits.map(Math.round)), name).toEqual(new Set([100]));
  }
});

test('a Retry-After is kept by ours, by undici up to its cap, and by no other', async () => {
  const limited = { limit: { requestsPerMinute: 0, retryAfterSeconds: 2400 } };
  expect((await waitsOf('ours', limited))[0]).toBe(2400);
  expect((await waitsOf('undici', limited))[0]).toBe(1800);
  expect((await waitsOf('constant', limited))[0]).toBe(60);
  for (const name of ['full-jitter', 'decorrelated-jitter', 'cockatiel', 'p-retry'] as const) {
    expect((await waitsOf(name, limited))[0], name).toBeLessThanOrEqual(180);
  }
});

test('a contender of one’s own is simulated like any other', async () => {
  const impatient: Contender = {
    name: 'impatient',
    title: 'impatient',
    note: 'Asks each second.',
    start: (node) => {
      const [peer = ''] = node.peers;
      const ask = (): void => {
        node.ask(peer).catch(node.fail);
        node.clock.setTimeout(ask, 1000);
      };
      ask();
      return { stop: () => undefined };
    },
  };
  const { contenders } = await simulate({
    scenario: { hours: 0.5, workers: 3, startWithinSeconds: 0, peers: [{ requestsPerSecond: 2 }] },
    contenders: [impatient],
  });
  expect(contenders[0]).toMatchObject({
    name: 'impatient',
    figures: { requests: 3 * 1801, peak: 3, early: 0, peakAfterRecovery: null },
  });
});
