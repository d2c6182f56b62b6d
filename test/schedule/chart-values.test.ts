import { describe, expect, test } from 'vitest';
import { createPeerList, createPeerRecord } from '../../src/policy/peer-record.ts';
import { resolvePolicy } from '../../src/policy/sync-policy.ts';
import {
  attemptTimeout,
  delayOf,
  refusedEvent,
  resultOf,
  stuckTimeout,
} from '../../src/schedule/chart-values.ts';
import type { Decision } from '../../src/schedule/decide.ts';
import { createWorkerContext, type Run, type WorkerContext } from '../../src/schedule/worker-context.ts';

/** The longest delay of a timer. */
const OFF = 2 ** 31 - 1;
const url = 'http://a.example';

function waiting(at: number, until: number): Decision {
  return { kind: 'wait', at, until, rule: 'interval', peerUrl: '' };
}

function running(run: Partial<Run>, attemptTimeoutSeconds = 0): WorkerContext {
  return {
    ...createWorkerContext({ policy: { attemptTimeoutSeconds } }),
    decision: waiting(1000.25, 1000.25),
    run: {
      startedAt: 1000,
      stuckAfterSeconds: 300,
      peer: createPeerRecord(url),
      attemptStartedAt: 1000,
      triedPeers: [url],
      heldPeers: 0,
      forced: false,
      failure: null,
      ...run,
    },
  };
}

describe('a delay', () => {
  test.for([
    [1000, 1060, 60_000],
    [1000, 1000.0001, 1],
    [1000, 1000, 0],
    [1000, 999, 0],
    [1000, 1000 + OFF / 1000, OFF],
    [1000, 1e12, OFF],
    [Number.NaN, 1060, 0],
  ] as const)('from %d to %d s is %i ms', ([at, until, ms]) => expect(delayOf(waiting(at, until))).toBe(ms));

  test('to the limit of a run is that of its beginning, and off without an attempt', () => {
    expect(stuckTimeout(running({ stuckAfterSeconds: 20 }))).toBe(20_000);
    expect(stuckTimeout(running({ stuckAfterSeconds: 1e12 }))).toBe(OFF);
    expect(stuckTimeout(createWorkerContext())).toBe(OFF);
  });

  test.for([
    [{}, 0, OFF],
    [{}, 100, 100_000],
    [{ attemptStartedAt: 1199 }, 100, 100_000],
    [{ attemptStartedAt: 1200 }, 100, OFF],
    [{}, 299, 299_000],
    [{}, 300, OFF],
    [{ stuckAfterSeconds: 1e12 }, 1e10, OFF],
  ] as const)('of a run %j to the limit of an attempt of %d s is %i ms', ([run, seconds, ms]) => {
    expect(attemptTimeout(running(run, seconds))).toBe(ms);
  });

  test('to the limit of an attempt is off without one', () => {
    expect(attemptTimeout(createWorkerContext({ policy: { attemptTimeoutSeconds: 100 } }))).toBe(OFF);
  });
});

describe('the result that an event reports', () => {
  const context = running({}, 100);
  const output = { head: 'h1' };

  test('is the answer, what was thrown, or that the attempt took too long', () => {
    expect(resultOf(context, { type: 'xstate.done.actor.attempt', output })).toMatchObject({
      outcome: 'ok',
      at: 1000.25,
      head: 'h1',
    });
    expect(resultOf(context, { type: 'xstate.error.actor.attempt', error: 'refused' })).toMatchObject({
      outcome: 'error',
      at: 1000.25,
      error: 'refused',
    });
    const late = resultOf(context, { type: 'xstate.after.attemptTimeout' });
    expect(late).toMatchObject({
      outcome: 'error',
      at: 1000.25,
      error: `no answer of ${url} within 100 s`,
      cause: { code: 'attempt_timeout' },
      local: false,
    });
    expect(resultOf({ ...context, run: null }, { type: 'xstate.init' })).toMatchObject({
      error: 'no answer within 100 s',
    });
  });
});

describe('an event that the chart refuses', () => {
  const context = createWorkerContext({ peers: [url] });

  test.for([
    [{ type: 'peers.changed', peers: [] }, 'peers.changed: allowed is a list that createPeerList() made'],
    [
      { type: 'policy.changed', policy: { ...resolvePolicy() } },
      'policy.changed: allowed is a policy that resolvePolicy() made',
    ],
    [
      { type: 'peer.seen', peerUrl: 'http://b.example' },
      'peer.seen: "http://b.example" is the URL of no peer',
    ],
    [
      { type: 'peer.reset', peerUrl: 'http://b.example' },
      'peer.reset: "http://b.example" is the URL of no peer',
    ],
  ] as const)('%j is emitted with the reason', ([event, reason]) => {
    expect(refusedEvent(context, event)).toEqual({ type: 'event.refused', reason });
  });

  test.for([
    { type: 'peers.changed', peers: createPeerList([]) },
    { type: 'policy.changed', policy: resolvePolicy({ intervalSeconds: 5 }) },
    { type: 'peer.seen', peerUrl: url },
    { type: 'peer.reset', peerUrl: url },
    { type: 'sync.requested' },
  ] as const)('%j is none', (event) => expect(refusedEvent(context, event)).toBeUndefined());
});
