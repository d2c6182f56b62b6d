import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
import { expect, test } from 'vitest';
import type { StatelyEvent } from '../../../src/inspect/stately/stately-wire.ts';
import { syncWorkerMachine } from '../../../src/worker/sync-worker-machine.ts';
import { useInspections } from '../inspection-world.ts';
import { allOutcomes, everyState } from '../viewers/all-outcomes.ts';
import { openViewer } from '../viewers/raw-viewer.ts';

const world = useInspections();
const { embedded, inspected } = world;

function feedOf(url: string): string {
  return `${url.replace('http:', 'ws:')}stately/events`;
}

test("the library's own receiver sees the definition and each state that a worker takes", async () => {
  const { worker, live, taken } = await allOutcomes(world);
  const { url } = await inspected({ lyra: worker }, { stately: {} });
  const events: StatelyInspectionEvent[] = [];
  const states = (): string[] =>
    events.flatMap((event) =>
      event.type === '@xstate.snapshot' && event.sessionId === event.rootId
        ? [JSON.stringify(Reflect.get(event.snapshot, 'value'))]
        : [],
    );
  const announced = new Promise<void>((resolve, reject) => {
    createWebSocketReceiver({ server: feedOf(url) }).subscribe({
      next: (event) => {
        events.push(event);
        resolve();
      },
      error: reject,
    });
  });
  await announced;
  const [before] = states();
  await live();
  await expect.poll(states).toEqual([before, ...taken]);

  expect(new Set([before, ...taken])).toEqual(everyState);
  const attempts = events.filter(
    (event) => event.type === '@xstate.actor' && event.sessionId !== event.rootId,
  );
  expect(attempts.length).toBeGreaterThan(2);
  for (const attempt of attempts) {
    expect(attempt).toMatchObject({
      name: 'attempt',
      snapshot: { status: 'active', input: { head: expect.any(String) } },
    });
  }
  const [registration] = events;
  expect(registration).toMatchObject({
    type: '@xstate.actor',
    name: 'lyra',
    sessionId: worker.actor?.sessionId,
  });
  expect(JSON.parse(Reflect.get(registration ?? {}, 'definition'))).toEqual(
    JSON.parse(JSON.stringify(syncWorkerMachine.config, functionsByName)),
  );
});

test('a second viewer is shown what is the case, and then the same as the first', async () => {
  const { worker, live, taken } = await allOutcomes(world);
  const { url } = await inspected(worker, { stately: {} });
  const first = await openViewer(feedOf(url));
  await first.until(({ length }) => length > 0);
  await live();
  const second = await openViewer(feedOf(url));
  await second.until(({ length }) => length === 2);
  const [actor = '', snapshot = ''] = second.texts;
  expect(JSON.parse(actor)).toMatchObject({ type: '@xstate.actor', snapshot: { value: 'solo' } });
  expect(JSON.parse(snapshot)).toMatchObject({ type: '@xstate.snapshot', snapshot: { value: 'solo' } });
  worker.requestSync();
  await second.until(({ length }) => length === 4);
  await first.until((texts) => texts.at(-1) === second.texts.at(-1));
  expect(taken.length).toBeGreaterThan(10);
  expect(first.texts.slice(-2)).toEqual(second.texts.slice(-2));
});

test('names and passwords of URLs leave in no event, wherever in it they are', async () => {
  const { worker, pass } = embedded({
    sync: async () => {
      throw new Error('no answer from http://anna:s3cret@peer.example/sync');
    },
  });
  await worker.start();
  const { url } = await inspected(worker, { stately: {} });
  const viewer = await openViewer(feedOf(url));
  await pass(1000);
  worker.actor?.send({ type: 'peer.seen', peerUrl: 'http://anna:s3cret@peer.example' });
  await viewer.until((texts) => texts.some((text) => text.includes('no answer from')));
  await viewer.until((texts) => texts.some((text) => text.includes('"event":{"type":"peer.seen"')));
  expect(viewer.texts.join()).toContain('no answer from http://***@peer.example/sync');
  expect(viewer.texts.join()).not.toMatch(/anna|s3cret/);
});

test('what leaves has passed the sanitize hook, and what it puts in has passed the same again', async () => {
  const { worker, live } = await allOutcomes(world);
  const sanitize = (event: StatelyEvent): unknown => {
    if (event.type === '@xstate.event') return undefined;
    return { ...event, snapshot: { hidden: 1n, by: 'ftp://anna:s3cret@host', self: globalThis } };
  };
  const { url } = await inspected(worker, { stately: { sanitize } });
  const viewer = await openViewer(feedOf(url));
  await viewer.until(({ length }) => length > 0);
  await live();
  await viewer.until(({ length }) => length > 10);
  const events = viewer.texts.map((text) => JSON.parse(text));
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['@xstate.actor', '@xstate.snapshot']));
  for (const { snapshot } of events) expect(snapshot).toMatchObject({ hidden: '1', by: 'ftp://***@host' });
});

test('a sanitize hook that throws sends nothing, and is reported once', async () => {
  const { worker, live, taken } = await allOutcomes(world);
  const sanitize = (): never => {
    throw new Error('no idea');
  };
  const { url } = await inspected(worker, { stately: { sanitize } });
  const viewer = await openViewer(feedOf(url));
  await live();
  expect(taken.length).toBeGreaterThan(10);
  expect(viewer.texts).toEqual([]);
  const warnings = world.takeWarnings();
  expect(warnings.map(({ message }) => message)).toEqual(['sanitize threw; the event was not sent']);
});

test('nothing that a viewer says reaches a worker', async () => {
  const { worker } = await allOutcomes(world);
  const { url } = await inspected(worker, { stately: {}, control: true });
  const viewer = await openViewer(feedOf(url));
  await viewer.until(({ length }) => length === 2);
  const event = { type: 'sync.requested', force: true };
  viewer.socket.send(JSON.stringify({ type: '@xstate.event', event, sessionId: worker.actor?.sessionId }));
  viewer.socket.send(JSON.stringify(event));
  viewer.socket.send('{');
  worker.peerSeen('https://peer.example');
  await viewer.until((texts) => texts.some((text) => text.includes('"event":{"type":"peer.seen"')));
  expect(viewer.texts.join()).not.toContain('"type":"sync.requested"');
});

test.each(['ftp://stately.ai/inspect', 'stately.ai', '', 'https://anna:s3cret@stately.ai/inspect'])(
  'the page %j is refused, saying what is allowed and nothing secret',
  async (page) => {
    const refused = inspected(embedded().worker, { stately: { page } });
    await expect(refused).rejects.toThrow(/page of the Stately Inspector .* allowed is the http or https/);
    await expect(refused).rejects.not.toThrow(/s3cret/);
  },
);

/** As the library writes them. */
function functionsByName(_: string, value: unknown): unknown {
  return typeof value === 'function' ? { type: value.name } : value;
}
