import { expect, test } from 'vitest';
import { readScenario } from '../../src/simulate/scenario/read-scenario.ts';
import { createSimulatedPeer } from '../../src/simulate/world/simulated-peer.ts';
import { simulate } from '../../src/testing/index.ts';

test('of one worker that asks each minute through an outage every figure is what it must be', async () => {
  const report = await simulate({
    contenders: ['constant'],
    scenario: {
      hours: 2,
      workers: 1,
      startWithinSeconds: 0,
      policy: { intervalSeconds: 60 },
      peers: [{ latencyMs: 0, outages: [{ fromMinute: 29.5, minutes: 40 }] }],
    },
  });
  expect(report.recoveryFrom).toBe(69.5 * 60);
  const [one] = report.contenders;
  expect(one?.figures).toEqual({
    peak: 1,
    peakAfterRecovery: 1,
    early: 0,
    // At the full minutes 0 to 120; from the 30th to the 69th it is down.
    requests: 121,
    wasted: 40,
    recoveryP50: 30,
    recoveryP99: 30,
    recoveryLast: 30,
    // 79 gaps of one minute, and one of 41.
    stalenessMean: (79 * (60 * 30) + (2460 * 2460) / 2) / 7200,
    stalenessWorst: 2460,
  });
  expect(one?.timeline.requests.reduce((sum, each) => sum + each, 0)).toBe(121);
  expect(one?.timeline.staleness).toHaveLength(120);
  expect(one?.timeline.staleness[40]).toBe(41 * 60 - 29 * 60);
  expect(one?.recoveryCurve).toEqual(new Array(101).fill(30));
});

test('who does not come back before the end counts as never back', async () => {
  const { contenders } = await simulate({
    contenders: ['constant'],
    scenario: { hours: 1, workers: 2, peers: [{ errorRate: 1, outages: [{ fromMinute: 1, minutes: 1 }] }] },
  });
  expect(contenders[0]?.figures).toMatchObject({
    recoveryP50: Number.POSITIVE_INFINITY,
    recoveryLast: Number.POSITIVE_INFINITY,
    stalenessWorst: 3600,
  });
});

test('a peer answers what it has room for, and says 503 to the rest, or 429 if it has a limit', () => {
  const [group] = readScenario({ peers: [{ requestsPerSecond: 3, latencyMs: [5, 5] }] }).peers;
  const peer = createSimulatedPeer(0, group ?? expect.unreachable(), () => 0.5);
  const statuses = (at: number, count: number): unknown[] =>
    Array.from({ length: count }, () => {
      const reply = peer.request(0, at);
      return reply.kind === 'answer' ? reply.status : reply.kind;
    });
  expect(statuses(10, 5)).toEqual([200, 200, 200, 503, 503]);
  expect(statuses(10.5, 3)).toEqual([200, 503, 503]);
  expect(statuses(60, 4)).toEqual([200, 200, 200, 503]);

  const limit = { requestsPerMinute: 60, per: 'worker', retryAfterSeconds: [10, 20] };
  const [limited] = readScenario({ peers: [{ requestsPerSecond: 0, latencyMs: 7, limit }] }).peers;
  const other = createSimulatedPeer(1, limited ?? expect.unreachable(), () => 0.5);
  expect([other.request(1, 0), other.request(1, 0.5), other.request(2, 0.5)]).toEqual([
    { kind: 'answer', afterMs: 7, status: 200, retryAfter: 0 },
    { kind: 'answer', afterMs: 7, status: 429, retryAfter: 15 },
    { kind: 'answer', afterMs: 7, status: 200, retryAfter: 0 },
  ]);
});

test('an outage refuses, does not answer or says 503, as often as it comes', () => {
  const outages = [
    { fromMinute: 1, minutes: 1, kind: 'refused', everyMinutes: 10, times: 2 },
    { fromMinute: 3, minutes: 1, kind: 'silent' },
    { fromMinute: 5, minutes: 1, kind: 'unavailable' },
  ];
  const [group] = readScenario({ peers: [{ latencyMs: 0, timeoutSeconds: 4, outages }] }).peers;
  const peer = createSimulatedPeer(0, group ?? expect.unreachable(), () => 0.5);
  const seen = [0, 60, 119.9, 120, 180, 300, 661, 1261].map((at) => {
    const reply = peer.request(0, at);
    return reply.kind === 'answer' ? reply.status : `${reply.kind} ${reply.afterMs}`;
  });
  expect(seen).toEqual([200, 'refused 0', 'refused 0', 200, 'silent 4000', 503, 'refused 0', 200]);
});
