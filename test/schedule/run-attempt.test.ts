import { describe, expect, test } from 'vitest';
import type { AnyActorRef } from 'xstate';
import { SyncAbortedError } from '../../src/policy/errors.ts';
import { createPeerRecord } from '../../src/policy/peer-record.ts';
import type { SyncFunction } from '../../src/schedule/attempt.ts';
import { type AttemptInput, runAttempt } from '../../src/schedule/run-attempt.ts';

const peer = createPeerRecord('http://a.example');
const now = (): number => 1000.5;

/** An actor with this snapshot; nothing else of it is looked at. */
function actor(snapshot: unknown): AnyActorRef {
  const worker: Pick<AnyActorRef, 'getSnapshot'> = { getSnapshot: () => snapshot };
  return worker as AnyActorRef;
}

function input(worker: AnyActorRef = actor({})): AttemptInput {
  return { peer, head: 'h0', runStartedAt: 1000, worker };
}

describe('an attempt', () => {
  test('gives the sync function its peer, the head, the time and the worker', async () => {
    const worker = actor({});
    const given: unknown[] = [];
    const sync: SyncFunction = (...args) => {
      given.push(...args);
      return { head: 'h1' };
    };
    const { signal } = new AbortController();
    expect(await runAttempt(sync, input(worker), { now, signal })).toMatchObject({
      outcome: 'ok',
      at: 1000.5,
      head: 'h1',
    });
    expect(given).toEqual([peer, { signal: expect.any(AbortSignal), head: 'h0', now, worker }]);
  });

  test.for([
    ['throws', (): unknown => Promise.reject(new Error('refused')), peer, 'refused'],
    ['answers nothing', (): unknown => undefined, peer, 'sync answered undefined; allowed is'],
    ['has no peer', (): unknown => ({ head: 'h1' }), undefined, 'there was no peer to ask'],
  ] as const)('fails if it %s', async ([, sync, asked, error]): Promise<void> => {
    const { signal } = new AbortController();
    const result = await runAttempt(sync as SyncFunction, { ...input(), peer: asked }, { now, signal });
    expect(result).toMatchObject({ outcome: 'error', at: 1000.5, error: expect.stringContaining(error) });
  });
});

/** Why the signal of an attempt was aborted, by what its worker shows then. */
async function abortedBy(snapshot: unknown): Promise<unknown> {
  const ending = new AbortController();
  const signal = await new Promise<AbortSignal>((resolve) => {
    const sync: SyncFunction = (_, options) => {
      resolve(options.signal);
      return new Promise(() => undefined);
    };
    void runAttempt(sync, input(actor(snapshot)), { now, signal: ending.signal });
  });
  expect(signal.aborted).toBe(false);
  ending.abort();
  expect(signal.aborted).toBe(true);
  return signal.reason;
}

const worker = (lastOutcome: string): object => ({ worker: { lastOutcome } });
const run = (startedAt: number, peerUrl: string): object => ({ run: { startedAt, peer: { peerUrl } } });

test.for([
  ['without a worker', {}, 'stopped'],
  [
    'in its own run',
    { value: 'running', context: { ...worker('running'), ...run(1000, peer.peerUrl) } },
    'stopped',
  ],
  [
    'in its run at another peer',
    { value: 'running', context: { ...worker('running'), ...run(1000, 'http://b.example') } },
    'attempt_timeout',
  ],
  [
    'in the error after it',
    { value: 'error', context: { ...worker('error'), run: null } },
    'attempt_timeout',
  ],
  [
    'in a later run',
    { value: 'running', context: { ...worker('running'), ...run(1300, peer.peerUrl) } },
    'stuck',
  ],
  ['after it was abandoned', { value: 'running', context: { ...worker('running'), run: null } }, 'stuck'],
  ['after it was withdrawn', { value: 'idle', context: { ...worker('idle'), run: null } }, 'stopped'],
] as const)(
  'an attempt that ends with the worker %s was aborted as it should be',
  async ([, snapshot, code]) => {
    const reason = await abortedBy(snapshot);
    expect(reason).toBeInstanceOf(SyncAbortedError);
    expect(reason).toMatchObject({ code });
  },
);
