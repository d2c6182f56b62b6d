import { createActor } from 'xstate';
import { SyncAbortedError } from '../../policy/errors.ts';
import { createPeerRecord } from '../../policy/peer-record.ts';
import type { AttemptResult, SyncFunction } from '../../schedule/attempt.ts';
import { runAttempt } from '../../schedule/run-attempt.ts';
import { syncWorkerMachine } from '../../worker/sync-worker-machine.ts';
import type { PeerAnswer } from '../peers/peer-script.ts';
import { type HealthyAnswer, type ScriptedPeers, scriptedPeers } from '../peers/scripted-peers.ts';
import { createCalls } from '../world/calls.ts';
import { innerClock } from '../world/world-clock.ts';
import { needs, needsEqual, type PortCheck } from './port-check.ts';

/** Options of `checkSync()`. */
export interface CheckSyncOptions {
  /** A good answer in your protocol. @default JSON `{ head }` */
  readonly answer?: HealthyAnswer | undefined;
  /** @default 'http://peer.example' */
  readonly peerUrl?: string | undefined;
}

/** Virtual milliseconds after which an attempt counts as never ending: an hour. */
const FOR_EVER = 3_600_000;

/**
 * The claims that every sync function over `fetch` must fulfil.
 *
 * @param makeSync creates your sync function over the given `fetch`; called once per check
 */
export function checkSync(
  makeSync: (fetch: typeof globalThis.fetch) => SyncFunction,
  options: CheckSyncOptions = {},
): readonly PortCheck[] {
  const { answer, peerUrl = 'http://peer.example' } = options;
  const attempt = (answers: readonly PeerAnswer[]): Attempt =>
    beginAttempt(makeSync, scriptedPeers({ [peerUrl]: answers }, { answer }));
  const failing = async (given: PeerAnswer): Promise<AttemptResult & { outcome: 'error' }> => {
    const { result } = await attempt([given]).end();
    if (result?.outcome !== 'error') throw new Error(`the attempt ${endText(result)}; it must fail`);
    return result;
  };
  const reporting = (claim: string, given: PeerAnswer, seconds: number): PortCheck => ({
    claim,
    run: async () => needsEqual((await failing(given)).retryAfterSeconds, seconds, 'the reported wait'),
  });
  const refusing = (claim: string, given: PeerAnswer): PortCheck => ({
    claim,
    run: async () => void (await failing(given)),
  });
  const aborted = (claim: string, given: PeerAnswer): PortCheck => ({
    claim,
    run: async () => {
      const one = attempt([given]);
      await one.pass(1000);
      needs(one.peers.asks.length > 0, 'it does not ask the peer');
      one.abort();
      await one.pass(0);
      needs(one.hasSettled(), 'it does not settle when its signal is aborted');
      const asks = one.peers.asks.length;
      await one.pass(FOR_EVER);
      needs(one.peers.asks.length === asks, 'it asks the peer after its signal was aborted');
    },
  });

  return [
    {
      claim: 'a good answer gives a head',
      run: async () => {
        const { result } = await attempt([{ kind: 'answers', head: 'h1' }]).end();
        if (result?.outcome === 'ok') return;
        const why = result !== undefined && 'error' in result ? `: ${result.error}` : '';
        throw new Error(`the attempt ${endText(result)}${why}`);
      },
    },
    reporting('a Retry-After in seconds is reported', refuses(429, { seconds: 120 }), 120),
    reporting('a Retry-After as a date is reported', refuses(429, { dateInSeconds: 600 }), 600),
    reporting('a Retry-After on another status is reported', refuses(503, { seconds: 30 }), 30),
    reporting('a refusal without a Retry-After reports no wait', refuses(429), 0),
    refusing('an error status is a failure', refuses(500)),
    refusing('a reset connection is a failure', { kind: 'resets' }),
    refusing('a body that breaks off is a failure', { kind: 'broken body' }),
    refusing('a malformed body is a failure', { kind: 'garbage', body: '<html>' }),
    refusing('an empty body is a failure', { kind: 'garbage', body: '' }),
    {
      claim: 'it settles if the signal is already aborted',
      run: async () => {
        const one = attempt([{ kind: 'answers' }]);
        one.abort();
        await one.pass(FOR_EVER);
        needs(one.hasSettled(), 'it does not settle');
      },
    },
    aborted('an abort ends a hanging request', { kind: 'hangs' }),
    aborted('an abort ends a slow body', {
      kind: 'slow body',
      pieces: 100,
      everyMs: 10_000,
    }),
    {
      claim: 'it leaves no request behind',
      run: async () => {
        const one = attempt([{ kind: 'answers' }]);
        await one.end();
        const asks = one.peers.asks.length;
        await one.pass(FOR_EVER);
        needs(one.peers.asks.length === asks, 'it asks the peer after it has answered');
        needs(innerClock(one.peers.clock).waits === 0, 'it left a request that is still under way');
      },
    },
  ];
}

function refuses(
  status: number,
  retryAfter?: { readonly seconds: number } | { readonly dateInSeconds: number },
): PeerAnswer {
  return { kind: 'refuses', status, retryAfter };
}

interface Attempt {
  readonly peers: ScriptedPeers;
  pass(ms: number): Promise<void>;
  abort(): void;
  hasSettled(): boolean;
  /** Lets time pass until it settles; `result` is undefined if it never does. */
  end(): Promise<{ readonly result: AttemptResult | undefined }>;
}

function endText(result: AttemptResult | undefined): string {
  return result === undefined ? 'never ends' : `ends in ${result.outcome}`;
}

/** Starts one attempt, and reads its result as the worker does. */
function beginAttempt(
  makeSync: (fetch: typeof globalThis.fetch) => SyncFunction,
  peers: ScriptedPeers,
): Attempt {
  const clock = innerClock(peers.clock);
  const calls = createCalls(() => clock.waits);
  const controller = new AbortController();
  const sync = makeSync(peers.fetch);
  const now = (): number => clock.now() / 1000;
  const worker = createActor(syncWorkerMachine, { input: {} });
  const [peerUrl = ''] = peers.urls;
  let settled = false;
  let result: AttemptResult | undefined;
  const attempt = runAttempt(
    (peer, given) => sync(peer, { ...given, signal: controller.signal }),
    { peer: createPeerRecord(peerUrl), head: '', runStartedAt: now(), worker },
    { now, signal: new AbortController().signal },
  ).then((ended) => {
    settled = true;
    result = ended;
  });
  calls.follow(attempt);
  const pass = async (ms: number): Promise<void> => {
    const end = clock.time.now() + ms;
    await calls.settled();
    while ((clock.time.nextDeadline() ?? Number.POSITIVE_INFINITY) <= end) {
      clock.time.runNext();
      await calls.settled();
    }
    clock.time.advanceTo(end);
    await calls.settled();
  };
  return {
    peers,
    pass,
    abort: () => controller.abort(new SyncAbortedError('stopped')),
    hasSettled: () => settled,
    end: async () => {
      await pass(FOR_EVER);
      return { result };
    },
  };
}
