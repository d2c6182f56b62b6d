import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MAX_VIEWERS } from '../../src/inspect/feed.ts';
import { BEGIN } from '../support/embedded-worker.ts';
import type { FeedClient } from './feed-client.ts';
import { PEER, useInspections } from './inspection-world.ts';

const { embedded, inspected, watched, takeWarnings } = useInspections();

test('the first view holds all that is kept, and the next ones go on from it', async () => {
  const { worker, pass } = embedded();
  const inspection = await inspected(worker);
  await worker.start();
  await pass(1);
  const feed = await watched(inspection);
  const first = await feed.next();
  expect(first).toMatchObject({
    at: BEGIN + 0.001,
    source: 'live',
    worker: 'worker',
    started: true,
    mayControl: false,
    start: { worker: 'worker', state: '' },
    linesDropped: 0,
    chain: null,
    faults: [],
    overview: { total: 1 },
  });
  expect(first.lines.map(({ emitted }) => emitted.map(({ type }) => type))).toEqual([
    ['run.started', 'attempt.started'],
    ['attempt.finished', 'run.finished'],
  ]);
  expect(feed.moment()).toMatchObject({
    state: 'ok',
    condition: 'ok',
    why: { rule: 'interval', started: true },
    runs: [{ startedAt: BEGIN, outcome: 'ok', attempts: [{ peerUrl: PEER, outcome: 'ok', error: '' }] }],
    lastStep: { transitions: ['running.attempting:done.attempt:0'] },
  });
  await pass(300_000);
  await feed.until(() => feed.moment().runs[1]?.outcome === 'ok');
  const after = feed.views.slice(1);
  expect(after.map(({ start }) => start).filter((start) => start !== null)).toEqual([]);
  expect(after.flatMap(({ lines }) => lines.flatMap(({ transitions }) => transitions))).toEqual([
    'ok:after.interval:0',
    'ok:always:0',
    'running.attempting:done.attempt:0',
  ]);
  expect(feed.moment().context).toEqual(worker.snapshot?.context);
});

test('a start and a stop are seen, though the worker emits nothing of them', async () => {
  const { worker, pass } = embedded();
  const feed = await watched(await inspected(worker));
  expect((await feed.next()).started).toBe(false);
  expect(feed.moment()).toMatchObject({ state: '', condition: 'stopped' });
  await worker.start();
  await pass(1);
  await feed.until(() => feed.moment().condition === 'ok');
  await worker.stop();
  await feed.until(() => feed.moment().condition === 'stopped');
  expect(feed.moment().state).toBe('');
});

test('many changes at once are one view, of the newest state', async () => {
  const { worker, pass } = embedded();
  const feed = await watched(await inspected(worker));
  await feed.next();
  await worker.start();
  await pass(1);
  for (let count = 0; count < 10_000; count += 1) worker.peerSeen(PEER);
  const view = await feed.until(({ linesDropped }) => linesDropped > 0);
  expect(view.lines.length).toBeGreaterThanOrEqual(500);
  expect(view.lines.length).toBeLessThan(600);
  expect(view.start).not.toBeNull();
  const seen = feed.views.reduce((sum, { lines, linesDropped }) => sum + lines.length + linesDropped, 0);
  expect(seen).toBeGreaterThanOrEqual(10_000);
  expect(feed.moment().context).toEqual(worker.snapshot?.context);
  expect(feed.views.length).toBeLessThan(10);
});

test('however much changes, a viewer is sent no more than ten views a second', async () => {
  const { worker } = embedded();
  const feed = await watched(await inspected(worker));
  await worker.start();
  await feed.next();
  const began = performance.now();
  while (feed.views.length < 7) {
    worker.peerSeen(PEER);
    await setImmediate();
  }
  // A slow machine takes longer, never less; timers may be a millisecond early.
  expect(performance.now() - began).toBeGreaterThan(5 * 99);
});

/** How many lines it was sent since it started to watch, including those reported as dropped. */
function counted({ views }: FeedClient): number {
  return views.slice(1).reduce((sum, { lines, linesDropped }) => sum + lines.length + linesDropped, 0);
}

test('a viewer that does not read is skipped, delays no other, and gets the newest view in the end', async () => {
  const { worker, pass } = embedded();
  const inspection = await inspected(worker);
  await worker.start();
  await pass(1);
  const slow = await watched(inspection);
  await slow.next();
  slow.response.pause();
  slow.response.socket.pause();
  const quick = await watched(inspection);
  await quick.next();
  // As many lines as fill every buffer between here and there, several times over.
  const text = `https://${'x'.repeat(60)}.example/${'y'.repeat(400)}`;
  let sent = 0;
  for (let view = 0; view < 40; view += 1) {
    for (let count = 0; count < 500; count += 1)
      worker.actor?.send({ type: 'peer.seen', peerUrl: `no URL: ${text}` });
    sent += 500;
    const whole = sent;
    await quick.until(() => counted(quick) >= whole);
  }
  slow.response.socket.resume();
  slow.response.resume();
  const last = await slow.until(() => counted(slow) >= sent);
  expect(last.linesDropped).toBeGreaterThan(0);
  expect(counted(slow)).toBe(counted(quick));
  expect(slow.moment().context).toEqual(worker.snapshot?.context);
  expect(slow.views.length).toBeLessThan(quick.views.length);
});

test('with many workers a feed shows the one it asks for, else the first, and an overview of all', async () => {
  const first = embedded();
  const second = embedded();
  const inspection = await inspected({ alpha: first.worker, 'beta 2': second.worker });
  const feed = await watched(inspection, 'beta 2');
  expect(await feed.next()).toMatchObject({
    worker: 'beta 2',
    overview: { total: 2, counts: { stopped: 2 } },
  });
  expect((await (await watched(inspection, 'gamma')).next()).worker).toBe('alpha');
  inspection.remove('beta 2');
  expect(await feed.next()).toMatchObject({ worker: 'alpha', overview: { total: 1 } });
  inspection.add('beta 2', second.worker, { head: () => 'h', count: () => 7 });
  const back = await feed.until(({ worker }) => worker === 'beta 2');
  expect(back.chain).toEqual({ head: 'h', count: 7, serving: [], gates: [] });
});

test('a feed outlives its only worker, and goes on with the next', async () => {
  const { worker } = embedded();
  const inspection = await inspected({ a: worker });
  const feed = await watched(inspection, 'a');
  await feed.next();
  inspection.remove('a');
  inspection.add('b', worker);
  expect((await feed.next()).worker).toBe('b');
});

test('a chain that grows and a fault that is switched elsewhere are seen', async () => {
  const { worker } = embedded();
  let count = 1;
  let fault = 'none';
  const inspection = await inspected(worker, {
    chains: { worker: { head: () => 'h', count: () => count } },
    faults: { switches: () => [{ peer: PEER, fault, faults: ['none', 'slow'] }], set: () => undefined },
  });
  const feed = await watched(inspection);
  expect((await feed.next()).chain?.count).toBe(1);
  count = 2;
  expect((await feed.next()).chain?.count).toBe(2);
  fault = 'slow';
  expect((await feed.next()).faults).toEqual([{ peer: PEER, fault: 'slow', faults: ['none', 'slow'] }]);
});

test('no name and no password in a URL leaves the process', async () => {
  const { worker, pass } = embedded({
    sync: async () => {
      throw new Error('no way to https://user:secret@peer.example/');
    },
  });
  const inspection = await inspected(worker, { control: true });
  await worker.start();
  await pass(1);
  const feed = await watched(inspection);
  const view = await feed.next();
  expect(feed.moment().context.worker.lastError).toContain('no way to https://***@peer.example/');
  const answer = await fetch(`${inspection.url}control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(inspection.url).origin },
    body: '{"kind":"sync","worker":"worker","force":false}',
  });
  expect(`${JSON.stringify(view)}${await answer.text()}`).not.toContain('secret');
});

test('a source that throws ends no feed of others and not the process', async () => {
  const good = embedded();
  const bad = embedded();
  const broken = (): never => {
    throw new Error('the chain is closed');
  };
  const inspection = await inspected(
    { bad: bad.worker, good: good.worker },
    { chains: { bad: { head: broken, count: broken } } },
  );
  await watched(inspection, 'bad');
  const feed = await watched(inspection, 'good');
  await feed.next();
  await good.worker.start();
  await good.pass(1);
  await feed.until(() => feed.moment().state === 'ok');
  expect(takeWarnings().map(({ message }) => message)).toEqual(['The inspector could not show a worker']);
});

test('the number of viewers is limited: the first is disconnected for a new one', async () => {
  const { worker } = embedded();
  const inspection = await inspected(worker);
  const feeds = [];
  for (let count = 0; count < MAX_VIEWERS; count += 1) feeds.push(await watched(inspection));
  for (const feed of feeds) await feed.next();
  expect((await (await watched(inspection)).next()).worker).toBe('worker');
  await expect(feeds[0]?.next()).rejects.toThrow();
  expect((await feeds[1]?.next())?.worker).toBe('worker');
});
