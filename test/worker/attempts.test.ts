import { describe, expect, test } from 'vitest';
import {
  createSyncWorker,
  createVirtualClock,
  PeerSyncRateLimited,
  type SyncAnswer,
  type SyncFunction,
} from '../../src/index.ts';
import { BEGIN, embed } from '../support/embedded-worker.ts';

const peers = ['http://a.example'];

/** How a worker stands a second after its first attempt. */
async function oneSecondAfter(
  sync: SyncFunction,
  ms = 1000,
): Promise<ReturnType<typeof embed>['worker']['state']> {
  const { worker, pass } = embed({ sync, peers });
  await worker.start();
  await pass(ms);
  const { state } = worker;
  await worker.stop();
  return state;
}

describe('a sync function that', () => {
  test('answers at once, with a promise or with a thenable is accepted', async () => {
    const answer = { head: 'h1' };
    const answers: SyncFunction[] = [
      () => answer,
      async () => answer,
      // biome-ignore lint/suspicious/noThenProperty: a thenable is the subject
      () => ({ then: (done) => done?.(answer) as never }) as PromiseLike<SyncAnswer>,
    ];
    for (const sync of answers)
      expect(await oneSecondAfter(sync)).toMatchObject({ lastOutcome: 'ok', currentHead: 'h1' });
  });

  test('throws before it returns ends in error', async () => {
    const state = await oneSecondAfter(() => {
      throw new Error('no route to host');
    });
    expect(state).toMatchObject({
      lastOutcome: 'error',
      lastError: 'no route to host',
      consecutiveFailures: 1,
    });
  });

  test('throws what is no error ends in error all the same', async () => {
    for (const thrown of [undefined, null, 7, 'text', {}, Object.create(null), Symbol('s')]) {
      const state = await oneSecondAfter(() => {
        throw thrown;
      });
      expect(state.lastOutcome).toBe('error');
      expect(state.lastError).not.toBe('');
    }
  });

  test('answers garbage ends in error, and the error shows what it was and what is allowed', async () => {
    for (const garbage of [undefined, null, 7, 'h1', [], {}, { head: 7 }, { forked: 'yes' }]) {
      const state = await oneSecondAfter(() => garbage as never);
      expect(state.lastOutcome).toBe('error');
      expect(state.lastError).toMatch(
        /^sync answered .*; allowed is \{ head: string \}, \{ forked: true \} or \{ held: seconds \}$/,
      );
    }
  });

  test('meets a fork ends in fork', async () => {
    expect(await oneSecondAfter(() => ({ forked: true }))).toMatchObject({
      lastOutcome: 'fork',
      forkDetected: true,
    });
  });

  test('is rate limited waits for what the peer asked, and not a second less', async () => {
    const times: number[] = [];
    const { worker, clock, pass } = embed({
      peers,
      sync: () => {
        times.push(clock.now() / 1000 - BEGIN);
        throw new PeerSyncRateLimited({ retryAfterSeconds: 900 });
      },
    });
    await worker.start();
    await pass(1_800_000);
    expect(times).toEqual([0, 900, 1800]);
    await worker.stop();
  });

  test('resolves twice has answered once', async () => {
    const state = await oneSecondAfter(
      () =>
        new Promise((resolve, reject) => {
          resolve({ head: 'first' });
          resolve({ head: 'second' });
          reject(new Error('third'));
        }),
    );
    expect(state).toMatchObject({ lastOutcome: 'ok', currentHead: 'first' });
  });

  test('never ends is stuck after 300 s, its signal is aborted and its late answer ignored', async () => {
    const signals: AbortSignal[] = [];
    let answerLate: (answer: SyncAnswer) => void = () => undefined;
    const { worker, pass } = embed({
      peers,
      sync: (_, { signal }) => {
        signals.push(signal);
        if (signals.length > 1) return { head: 'new' };
        // It ignores its signal altogether.
        return new Promise((resolve) => {
          answerLate = resolve;
        });
      },
    });
    const stuck: string[] = [];
    worker.on('run.stuck', ({ peerUrl }) => stuck.push(peerUrl));
    await worker.start();
    await pass(299_999);
    expect(signals[0]?.aborted).toBe(false);
    await pass(1);
    expect(signals[0]?.aborted).toBe(true);
    expect(stuck).toEqual(peers);
    answerLate({ head: 'late' });
    await pass(1000);
    expect(worker.state).toMatchObject({ lastOutcome: 'ok', currentHead: 'new', consecutiveFailures: 0 });
    await worker.stop();
  });

  test('is under way when the worker stops has its signal aborted, and its answer changes nothing', async () => {
    let answerLate: (answer: SyncAnswer) => void = () => undefined;
    let aborted = false;
    const { worker, pass, stop } = embed({
      peers,
      sync: (_, { signal }) => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
        return new Promise((resolve) => {
          answerLate = resolve;
        });
      },
    });
    await worker.start();
    await pass(10);
    await stop();
    expect(aborted).toBe(true);
    answerLate({ head: 'late' });
    await pass(1_000_000);
    expect(worker.state).toMatchObject({ lastOutcome: 'running', currentHead: '' });
  });

  test('excludes a peer is never given it, and the worker says why', async () => {
    const asked: string[] = [];
    const sync: SyncFunction = (peer) => {
      asked.push(peer.peerUrl);
      return { head: 'h1' };
    };
    sync.exclude = ({ peerUrl }) => (peerUrl.endsWith('.onion') ? undefined : 'clearnet is not allowed');
    const { worker, pass } = embed({ sync, peers: ['https://a.example', 'http://b.onion'] });
    await worker.start();
    await pass(600_000);
    expect(new Set(asked)).toEqual(new Set(['http://b.onion']));
    expect(worker.why().peers[0]).toMatchObject({
      rule: 'excluded',
      detail: 'clearnet is not allowed',
      nextAskAt: null,
    });
    worker.setPeers(['https://a.example']);
    await pass(600_000);
    expect(worker.state.lastOutcome).toBe('solo');
    await worker.stop();
  });

  test('hangs longer than attemptTimeoutSeconds is aborted with a code, and the next peer is asked in the same run', async () => {
    const reasons: unknown[] = [];
    const asked: string[] = [];
    const { worker, clock, pass } = embed({
      peers: ['http://a.example', 'http://b.example'],
      policy: { attemptTimeoutSeconds: 20 },
      sync: ({ peerUrl }, { signal }) => {
        asked.push(`${peerUrl} ${clock.now() / 1000 - BEGIN}`);
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        return asked.length === 1 ? new Promise(() => undefined) : { head: 'h1' };
      },
    });
    const results: unknown[] = [];
    worker.on('attempt.finished', ({ result, durationSeconds }) => {
      results.push([result.outcome, 'error' in result ? result.error : '', durationSeconds]);
    });
    await worker.start();
    await pass(19_999);
    expect(reasons).toEqual([]);
    await pass(1);
    expect(reasons).toMatchObject([{ name: 'SyncAbortedError', code: 'attempt_timeout' }]);
    expect(asked).toEqual(['http://a.example 0', 'http://b.example 20']);
    expect(results).toEqual([
      ['error', 'no answer of http://a.example within 20 s', 20],
      ['ok', '', 0],
    ]);
    expect(worker.state).toMatchObject({ lastOutcome: 'ok', consecutiveFailures: 0 });
    expect(worker.peers).toMatchObject([{ failureCount: 1 }, { failureCount: 0 }]);
    await worker.stop();
  });

  test('answers in time is not cut short by attemptTimeoutSeconds, and a stuck run is stuck where the two meet', async () => {
    const stuck: string[] = [];
    const { worker, pass } = embed({
      peers,
      policy: { attemptTimeoutSeconds: 300 },
      sync: () => new Promise(() => undefined),
    });
    worker.on('run.stuck', ({ peerUrl }) => stuck.push(peerUrl));
    await worker.start();
    await pass(300_000);
    expect(stuck).toEqual(peers);
    await pass(10);
    const stopped = worker.stop();
    await pass(5000);
    await stopped;
  });

  test('answers with details has them arrive on attempt.finished, by their type and as they are', async () => {
    interface Entries {
      readonly entries: readonly string[];
    }
    const details: Entries = { entries: ['a', 'b'] };
    const clock = createVirtualClock(BEGIN * 1000);
    const worker = createSyncWorker({ peers, clock, sync: () => ({ head: 'h1', details }) });
    const seen: (Entries | undefined)[] = [];
    worker.on('attempt.finished', ({ result }) => {
      if (result.outcome === 'ok') seen.push(result.details);
      // @ts-expect-error The details are those of the sync function.
      if (result.outcome === 'ok') result.details?.pages;
    });
    await worker.start();
    await worker.waitFor('ok');
    await worker.stop();
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBe(details);
  });
});

describe('workers that were started together', () => {
  const policy = { intervalSeconds: 100, spreadRatio: 0.5 };

  test('are spread over ratio · interval at their start, and each interval is lengthened', async () => {
    const times: number[] = [];
    const { worker, clock, pass } = embed({
      peers,
      policy,
      random: () => 0.5,
      sync: () => {
        times.push(clock.now() / 1000 - BEGIN);
        return { head: 'h1' };
      },
    });
    await worker.start();
    await pass(0);
    expect(worker.why()).toMatchObject({ rule: 'spread', nextRunAt: BEGIN + 25 });
    await pass(280_000);
    expect(times).toEqual([25, 150, 275]);
    expect(worker.why()).toMatchObject({ rule: 'interval', jitterSeconds: 25 });
    await worker.stop();
  });

  test('draw their spread once: no news draws it again, a request need not wait for it', async () => {
    const draws: number[] = [];
    let asked = 0;
    const { worker, pass } = embed({
      peers,
      policy,
      random: () => {
        draws.push(1);
        return 1;
      },
      sync: () => ({ head: `h${++asked}` }),
    });
    await worker.start();
    worker.setPeers([...peers, 'http://b.example']);
    worker.peerSeen('http://b.example');
    worker.setPolicy(policy);
    expect(draws).toHaveLength(1);
    await pass(49_999);
    expect(asked).toBe(0);
    worker.requestSync();
    await pass(0);
    expect(asked).toBe(1);
    await worker.stop();
  });

  test('have done with it once a run began, also one that a gate held', async () => {
    let asked = 0;
    const { worker, clock, pass } = embed({
      peers,
      policy,
      random: () => 1,
      gate: {
        enter: async () => (asked++ === 0 ? { held: clock.now() / 1000 + 3 } : { answered: () => undefined }),
      },
      sync: () => ({ head: 'h1' }),
    });
    await worker.start();
    worker.requestSync();
    await pass(0);
    expect(worker.state.lastOutcome).toBe('idle');
    await pass(3000);
    expect(worker.state.lastOutcome).toBe('ok');
    await worker.stop();
  });
});
