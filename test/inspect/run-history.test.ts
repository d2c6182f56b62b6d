import { expect, test } from 'vitest';
import { PeerSyncRateLimited, type SyncFunction, type SyncWorkerOptions } from '../../src/index.ts';
import { RunHistory } from '../../src/inspect/run-history.ts';
import { timeOf } from '../../src/worker/worker-time.ts';
import { BEGIN, type Embedded } from '../support/embedded-worker.ts';
import { useInspections } from './inspection-world.ts';

const { embedded } = useInspections();
const A = 'https://a.example';
const B = 'https://b.example';
const never: SyncFunction = () => new Promise(() => undefined);

function kept(options: Partial<Omit<SyncWorkerOptions, 'clock'>>): Embedded & { history: RunHistory } {
  const made = embedded(options);
  const history = new RunHistory(made.worker.why());
  made.worker.on('*', (event) => history.note(event, timeOf(made.worker)));
  return { ...made, history };
}

test('a run that fails over shows each attempt, and why it failed', async () => {
  const { worker, history, pass } = kept({
    peers: [A, B],
    sync: async ({ peerUrl }) => {
      if (peerUrl === A) throw new PeerSyncRateLimited({ retryAfterSeconds: 60 });
      return { head: 'h' };
    },
  });
  await worker.start();
  await pass(1);
  expect(history.runs).toEqual([
    {
      startedAt: BEGIN,
      endedAt: BEGIN,
      outcome: 'ok',
      attempts: [
        {
          peerUrl: A,
          startedAt: BEGIN,
          durationSeconds: 0,
          outcome: 'error',
          error: expect.stringContaining('rate limit'),
        },
        { peerUrl: B, startedAt: BEGIN, durationSeconds: 0, outcome: 'ok', error: '' },
      ],
    },
  ]);
});

test('a stuck run ends when it is found stuck, and the next one stands beside it', async () => {
  const { worker, history, pass } = kept({ peers: [A, B], sync: never });
  await worker.start();
  await pass(300_000);
  expect(history.runs).toEqual([
    {
      startedAt: BEGIN,
      endedAt: BEGIN + 300,
      outcome: 'stuck',
      attempts: [{ peerUrl: A, startedAt: BEGIN, durationSeconds: 300, outcome: 'stuck', error: '' }],
    },
    {
      startedAt: BEGIN + 300,
      endedAt: null,
      outcome: 'running',
      attempts: [
        { peerUrl: B, startedAt: BEGIN + 300, durationSeconds: null, outcome: 'running', error: '' },
      ],
    },
  ]);
});

test('a run that a stop cut short ends when the next one begins', async () => {
  const { worker, history, pass } = kept({ peers: [A], sync: never });
  await worker.start();
  await pass(10_000);
  await worker.stop();
  await worker.start();
  await pass(300_000);
  expect(history.runs.map(({ outcome, endedAt }) => [outcome, endedAt])).toEqual([
    ['stuck', BEGIN + 300],
    ['running', null],
  ]);
});

test('going solo is a run without attempts', async () => {
  const { worker, history, pass } = kept({ peers: [] });
  await worker.start();
  await pass(1);
  expect(history.runs).toEqual([{ startedAt: BEGIN, endedAt: BEGIN, outcome: 'solo', attempts: [] }]);
});

test('a run under way when the watching begins is there, and ends as any other', async () => {
  let answer: () => void = () => undefined;
  const { worker, pass } = embedded({
    peers: [A],
    sync: () => new Promise((resolve) => (answer = () => resolve({ head: 'h' }))),
  });
  await worker.start();
  await pass(5000);
  const history = new RunHistory(worker.why());
  worker.on('*', (event) => history.note(event, timeOf(worker)));
  answer();
  await pass(1);
  expect(history.runs).toMatchObject([
    {
      startedAt: BEGIN,
      endedAt: BEGIN + 5,
      outcome: 'ok',
      attempts: [{ peerUrl: A, durationSeconds: 5, outcome: 'ok' }],
    },
  ]);
});

test('a run keeps its newest twenty attempts', async () => {
  const peers = Array.from({ length: 30 }, (_, index) => `https://peer-${100 + index}.example`);
  const { worker, history, pass } = kept({
    peers,
    policy: { maxPeersPerRun: 30 },
    sync: async () => {
      throw new Error('refused');
    },
  });
  await worker.start();
  await pass(1);
  expect(history.runs[0]?.attempts.map(({ peerUrl }) => peerUrl)).toEqual(peers.slice(10));
});
