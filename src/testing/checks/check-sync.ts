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

/** What a sync function is checked with. */
export interface CheckSyncOptions {
  /** What a peer answers when it is well, in your protocol. @default JSON `{ head }` */
  readonly answer?: HealthyAnswer | undefined;
  /** @default 'http://peer.example' */
  readonly peerUrl?: string | undefined;
}

/** Milliseconds of virtual time after which an attempt counts as one that never ends: an hour. */
const FOR_EVER = 3_600_000;

/**
 * What every sync function over `fetch` must hold.
 *
 * @param makeSync your sync function over a given `fetch`, anew for each check
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
    if (result?.outcome !== 'error')
      throw new Error(
        `the attempt ends ${result === undefined ? 'never' : `in ${result.outcome}`}; it must fail`,
      );
    return result;
  };
  const telling = (claim: string, given: PeerAnswer, seconds: number): PortCheck => ({
    claim,
    run: async () => needsEqual((await failing(given)).retryAfterSeconds, seconds, 'the wait that it tells'),
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
      needs(one.peers.asks.length > 0, 'it asks nobody, though the peer is well');
      one.abort();
      await one.pass(0);
      needs(one.hasSettled(), 'it goes on after its signal was aborted');
      const asks = one.peers.asks.length;
      await one.pass(FOR_EVER);
      needs(one.peers.asks.length === asks, 'it asks the peer after its signal was aborted');
    },
  });

  return [
    {
      claim: 'a good answer is a head',
      run: async () => {
        const { result } = await attempt([{ kind: 'answers', head: 'h1' }]).end();
        if (result?.outcome === 'ok') return;
        const why = result !== undefined && 'error' in result ? `: ${result.error}` : '';
        throw new Error(`the attempt ends ${result === undefined ? 'never' : `in ${result.outcome}`}${why}`);
      },
    },
    telling('a Retry-After in seconds is told', refuses(429, { seconds: 120 }), 120),
    telling('a Retry-After as a date is told', refuses(429, { dateInSeconds: 600 }), 600),
    telling('a Retry-After on another status is told', refuses(503, { seconds: 30 }), 30),
    telling('a refusal without a Retry-After tells no wait', refuses(429), 0),
    refusing('a status that is no success is no success', refuses(500)),
    refusing('a connection that is reset is a failure', { kind: 'resets' }),
    refusing('a body that breaks off is a failure', { kind: 'broken body' }),
    refusing('a body that is no answer is a failure', { kind: 'garbage', body: '<html>' }),
    refusing('an empty body is a failure', { kind: 'garbage', body: '' }),
    {
      claim: 'a signal that is aborted already asks nobody',
      run: async () => {
        const one = attempt([{ kind: 'answers' }]);
        one.abort();
        await one.pass(FOR_EVER);
        needs(one.hasSettled(), 'it does not settle');
      },
    },
    aborted('a signal that aborts ends a request that hangs', { kind: 'hangs' }),
    aborted('a signal that aborts ends a body that comes slowly', {
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
  /** Passes time until it has settled; undefined if it never does. */
  end(): Promise<{ readonly result: AttemptResult | undefined }>;
}

/** One attempt, read as the worker reads it. */
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
