import { expect, test } from 'vitest';
import { PeerSyncRateLimited, type SyncFunction } from '../../../src/index.ts';
import { applyChanges, createRecorder, type Recording } from '../../../src/inspect/index.ts';
import { BEGIN } from '../../support/embedded-worker.ts';
import { PEER, useInspections } from '../inspection-world.ts';

const { embedded, after } = useInspections();

/** The context after the last line. */
function contextOf({ start, lines }: Recording): unknown {
  return lines.reduce((context, { changes }) => applyChanges(context, changes), start.context);
}

const emittedOf = ({ lines }: Recording): string[][] =>
  lines.map(({ emitted }) => emitted.map(({ type }) => type));

test('an unwatched worker is recorded by what it emits: a line per step, with its transition', async () => {
  const { worker, pass } = embedded();
  await worker.start();
  const recorder = createRecorder(worker, 'a', { maxLines: () => 100 });
  after(recorder.close);
  await pass(1);
  const recording = recorder.since(0);
  expect(recording.start).toMatchObject({ recording: 'infonet-sync-worker', version: 1, worker: 'a' });
  expect(emittedOf(recording)).toEqual([['attempt.finished', 'run.finished']]);
  expect(recording.lines[0]).toMatchObject({
    at: BEGIN,
    event: null,
    from: 'running.attempting',
    to: 'ok',
    transitions: ['running.attempting:done.attempt:0'],
  });
  expect(contextOf(recording)).toEqual(worker.snapshot?.context);
});

test('one that is observed is recorded with each event, its transitions, and what changed', async () => {
  const { worker, pass } = embedded({ policy: { intervalSeconds: 60 } });
  await worker.start();
  await pass(1);
  const recorder = createRecorder(worker, 'a', { maxLines: () => 100 });
  after(recorder.close);
  const unobserve = recorder.observe();
  await pass(60_000);
  worker.requestSync();
  worker.actor?.send({ type: 'peer.seen', peerUrl: 'no URL' });
  const recording = recorder.since(0);
  expect(recording.lines.map(({ event, from, to }) => [event?.type, from, to])).toEqual([
    ['xstate.after.interval.syncWorker.ok', 'ok', 'running.attempting'],
    ['xstate.done.actor.attempt', 'running.attempting', 'ok'],
    ['sync.requested', 'ok', 'ok'],
    ['peer.seen', 'ok', 'ok'],
  ]);
  expect(recording.lines[0]?.transitions).toEqual(['ok:after.interval:0', 'ok:always:0']);
  expect(recording.lines[2]?.changes).toContainEqual({
    op: 'replace',
    path: '/request',
    value: 'requested',
  });
  expect(emittedOf(recording)).toEqual([
    ['run.started', 'attempt.started'],
    ['attempt.finished', 'run.finished'],
    [],
    ['event.refused'],
  ]);
  expect(contextOf(recording)).toEqual(worker.snapshot?.context);
  unobserve();
  await pass(60_000);
  expect(recorder.since(4).lines.map(({ event }) => event)).toEqual([null, null]);
});

test('a start, a stop and a start again are in it, and what happened unseen is made good', async () => {
  const { worker, pass } = embedded();
  const recorder = createRecorder(worker, 'a', { maxLines: () => 100 });
  after(recorder.close);
  recorder.observe();
  await worker.start();
  await pass(1);
  await worker.stop();
  await worker.start();
  await pass(300_000);
  const recording = recorder.since(0);
  expect(recording.start.state).toBe('');
  const ways = recording.lines.flatMap(({ from, to }) => (from === to ? [] : [`${from}→${to}`]));
  expect(ways[0]).toBe('→running.attempting');
  expect(ways).toContain('ok→');
  expect(ways.at(-1)).toBe('running.attempting→ok');
  expect(contextOf(recording)).toEqual(worker.snapshot?.context);
});

test('it keeps so many lines, or so many seconds, and whatever it keeps adds up', async () => {
  const { worker, pass } = embedded({ policy: { intervalSeconds: 10 } });
  const few = createRecorder(worker, 'a', { maxLines: () => 20 });
  const recent = createRecorder(worker, 'a', { maxLines: () => 10_000, maxSeconds: 600 });
  after(few.close);
  after(recent.close);
  recent.observe();
  await worker.start();
  for (let turn = 0; turn < 300; turn += 1) {
    await pass(11_000);
    if (turn % 7 === 0) worker.setPeers([PEER, `https://peer-${turn}.example`]);
  }
  expect(few.pushed).toBeGreaterThan(500);
  expect(few.since(0).lines.length).toBeLessThanOrEqual(20 + 64);
  expect(few.since(few.pushed - 5).lines).toHaveLength(5);
  const { lines } = recent.since(0);
  expect(lines.length).toBeGreaterThan(100);
  expect((lines.at(-1)?.at ?? 0) - (lines[0]?.at ?? 0)).toBeLessThan(1200);
  for (const recorder of [few, recent]) {
    for (const number of [0, recorder.pushed - 7]) {
      expect(contextOf(recorder.since(number))).toEqual(worker.snapshot?.context);
    }
  }
});

test('whatever befalls a worker, its lines go on from each other', async () => {
  const answers: SyncFunction[] = [
    async () => ({ head: 'h' }),
    async () => ({ forked: true }),
    async () => {
      throw new Error('refused');
    },
    async () => {
      throw new PeerSyncRateLimited({ retryAfterSeconds: 90 });
    },
    (_, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  ];
  let asked = 0;
  const { worker, pass } = embedded({
    peers: ['https://a.example', 'https://b.example'],
    sync: (peer, options) => answers[asked++ % answers.length]?.(peer, options) ?? { head: '' },
  });
  const recorder = createRecorder(worker, 'a', { maxLines: () => 10_000 });
  after(recorder.close);
  recorder.observe();
  await worker.start();
  for (let turn = 0; turn < 60; turn += 1) {
    await pass(turn % 4 === 0 ? 1 : 61_000);
    if (turn % 3 === 0) worker.requestSync({ force: turn % 2 === 0 });
    if (turn === 15) worker.setPeers([]);
    if (turn === 20) worker.setPeers(['https://c.example']);
  }
  const recording = recorder.since(0);
  expect(contextOf(recording)).toEqual(worker.snapshot?.context);
  for (const [index, { from }] of recording.lines.entries()) {
    expect(from).toBe(index === 0 ? recording.start.state : recording.lines[index - 1]?.to);
  }
});
