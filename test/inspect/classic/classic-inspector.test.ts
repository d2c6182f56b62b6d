import { expect, test } from 'vitest';
import { type Inspected, useInspections } from '../inspection-world.ts';
import { allOutcomes, everyState } from '../viewers/all-outcomes.ts';
import { openViewer, type RawViewer } from '../viewers/raw-viewer.ts';
import { openReceiver, type Received, type Receiver } from './receiver.ts';

const world = useInspections();
const { embedded, inspected } = world;

/** The address that the visualizer gets. */
function serverOf({ classicUrl }: Inspected): string {
  return new URL(classicUrl).searchParams.get('server') ?? '';
}

function statesOf({ received }: Receiver): string[] {
  return received.flatMap(({ type, state }) =>
    type === 'service.state' ? [JSON.stringify(state?.value)] : [],
  );
}

async function registered({ received }: Receiver): Promise<Received> {
  await expect.poll(() => received.length).toBeGreaterThan(0);
  const [first] = received;
  if (first === undefined) throw new Error('nothing was received');
  return first;
}

const inspecting = JSON.stringify({ type: 'xstate.inspecting' });

/** As the visualizer sends what is clicked. */
function clicked(
  event: { readonly type: string; readonly [field: string]: unknown },
  origin = 'worker',
): object {
  const scxml = { name: event.type, data: event, $$type: 'scxml', type: 'external', origin };
  return { type: 'xstate.event', event: JSON.stringify(scxml), sessionId: origin };
}

test("the library's own receiver sees the machine and each state that a worker takes", async () => {
  const { worker, live, taken } = await allOutcomes(world);
  const inspection = await inspected(worker, { classic: {} });
  const receiver = openReceiver(serverOf(inspection));
  const { type, machine, state } = await registered(receiver);
  await live();
  await expect.poll(() => statesOf(receiver)).toEqual(taken);

  expect(type).toBe('service.register');
  expect(new Set([JSON.stringify(state?.value), ...taken])).toEqual(everyState);
  expect(machine?.stateIds).toEqual([
    'syncWorker',
    'syncWorker.idle',
    'syncWorker.running',
    'syncWorker.running.attempting',
    'syncWorker.running.failed',
    'syncWorker.running.abandoned',
    'syncWorker.ok',
    'syncWorker.error',
    'syncWorker.fork',
    'syncWorker.solo',
  ]);
  const [attempt] = machine?.getStateNodeByPath('running.attempting').invoke ?? [];
  expect(attempt).toMatchObject({ id: 'attempt', src: 'attempt' });
  expect(machine?.events).toEqual(
    expect.arrayContaining([
      'always',
      'sync.requested',
      'done.invoke.attempt',
      'error.platform.attempt',
      'after.interval.syncWorker.ok',
      'after.stuckTimeout.syncWorker.running',
    ]),
  );
  for (const each of receiver.received) {
    if (each.type !== 'service.state' || each.state === undefined) continue;
    expect(each.state._sessionid).toBe('worker');
    const active = machine?.resolveState(each.state).configuration.map(({ id }) => id) ?? [];
    expect(active.at(-1)).toBe(`syncWorker.${idOf(each.state.value)}`);
  }
  const events = new Set(receiver.received.map(({ event }) => event?.name));
  expect(events).toContain('done.invoke.attempt');
  expect(events).toContain('after.interval.syncWorker.ok');
  expect(events).toContain('peers.changed');
});

function idOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key}.${idOf(inner)}`)
    .join();
}

test('without control a click is refused and said to be; with it, it requests a sync', async () => {
  for (const control of [false, true]) {
    let asked = 0;
    const { worker, pass } = embedded({
      sync: async () => {
        asked += 1;
        return { head: 'h1' };
      },
    });
    await worker.start();
    await pass(1000);
    const inspection = await inspected(worker, { classic: { control } });
    const receiver = openReceiver(serverOf(inspection));
    const { sessionId } = await registered(receiver);
    receiver.send(clicked({ type: 'sync.requested' }, sessionId));
    // The visualizer looks at states alone.
    const reasons = (): unknown[] =>
      receiver.received.flatMap(({ type, state }) => (type === 'service.state' ? [state?.event] : []));
    const answer = control
      ? expect.objectContaining({ type: 'sync.requested' })
      : { type: 'event.refused', reason: expect.stringContaining('read-only') };
    await expect.poll(reasons).toContainEqual(answer);
    await pass(1000);
    expect(asked).toBe(control ? 2 : 1);
  }
});

test.each([
  { type: 'peers.changed', peers: [{ peerUrl: 'https://foreign.example' }] },
  { type: 'policy.changed', policy: { intervalSeconds: 1 } },
  { type: 'peer.reset', peerUrl: 'https://peer.example', force: true },
  { type: 'sync.requested', force: 'yes' },
  { type: 'peer.seen' },
  { type: 'peer.seen', peerUrl: 'https://anna:s3cret@peer.example' },
  { type: 'done.invoke.attempt', output: { outcome: 'ok', head: 'forged' } },
  { type: 'xstate.stop' },
])('even with control a viewer cannot send %j', async (event) => {
  const { worker, pass } = embedded();
  await worker.start();
  await pass(1000);
  const inspection = await inspected(worker, { classic: { control: true } });
  const viewer = await openViewer(serverOf(inspection));
  viewer.socket.send(inspecting);
  await viewer.until(({ length }) => length > 0);
  const { snapshot } = worker;
  viewer.socket.send(JSON.stringify(clicked(event)));
  await viewer.until((texts) => texts.some((text) => text.includes('event.refused')));
  expect(worker.snapshot).toBe(snapshot);
  expect(viewer.texts.join()).not.toContain('s3cret');
});

test('no message of a viewer ends the inspection for itself or for others', async () => {
  const { worker } = await allOutcomes(world);
  const inspection = await inspected(worker, { classic: { control: true } });
  const [hostile, other] = await Promise.all([
    openViewer(serverOf(inspection)),
    openViewer(serverOf(inspection)),
  ]);
  const states = ({ texts }: RawViewer): string[] => texts.filter((text) => text.includes('service.state'));
  for (const { socket, until } of [hostile, other]) {
    socket.send(inspecting);
    await until(({ length }) => length > 0);
  }
  for (const message of [
    '{',
    'null',
    '[]',
    '"xstate.inspecting"',
    '{"type":"disconnect"}',
    '{"type":"unload"}',
    '{"type":"xstate.disconnect"}',
    '{"type":"service.stop","sessionId":"worker"}',
    '{"type":"service.register","machine":"{"}',
    '{"type":"xstate.event"}',
    '{"type":"xstate.event","event":"{"}',
    '{"type":"xstate.event","event":"null"}',
    '{"type":"xstate.event","event":"{\\"origin\\":\\"worker\\"}"}',
    JSON.stringify(clicked({ type: 'sync.requested' }, 'nobody')),
    JSON.stringify(clicked({ type: 'sync.requested' }, '__proto__')),
    '{"__proto__":{"type":"xstate.event"}}',
    '',
    '\u0000',
  ]) {
    hostile.socket.send(message);
  }
  hostile.socket.send(Buffer.from(inspecting), { binary: true });
  hostile.socket.send(JSON.stringify(clicked({ type: 'peer.seen', peerUrl: 'https://peer.example' })));
  await hostile.until((texts) => texts.some((text) => text.includes('service.state')));
  await other.until((texts) => texts.some((text) => text.includes('service.state')));
  expect(states(hostile)).toEqual(states(other));
  expect(worker.snapshot?.status).toBe('active');
});

test('two inspections in one process show their own workers alone, under one name', async () => {
  const [one, two] = await Promise.all([allOutcomes(world), allOutcomes(world)]);
  const first = openReceiver(serverOf(await inspected({ lyra: one.worker }, { classic: {} })));
  const second = openReceiver(serverOf(await inspected({ lyra: two.worker }, { classic: {} })));
  await Promise.all([registered(first), registered(second)]);
  one.worker.setPeers([]);
  await expect.poll(() => statesOf(first)).toHaveLength(1);
  two.worker.peerSeen('https://peer.example');
  two.worker.peerSeen('https://peer.example');
  await expect.poll(() => statesOf(second)).toHaveLength(2);
  expect(statesOf(first)).toHaveLength(1);
});

test('a worker that stops is shown as stopped, and is shown again when it starts', async () => {
  const { worker, pass } = embedded();
  await worker.start();
  await pass(1000);
  const receiver = openReceiver(serverOf(await inspected(worker, { classic: {} })));
  await registered(receiver);
  const types = (): string[] =>
    receiver.received.map(({ type }) => type).filter((type) => type !== 'service.event');
  await worker.stop();
  await expect.poll(types).toEqual(['service.register', 'service.state', 'service.stop']);
  await worker.start();
  await pass(1000);
  await expect.poll(() => types().slice(3, 4)).toEqual(['service.register']);
});

test('names and passwords of URLs leave in no state', async () => {
  const { worker, pass } = embedded({
    sync: async () => {
      throw new Error('no answer from http://anna:s3cret@peer.example/sync');
    },
  });
  await worker.start();
  const viewer = await openViewer(serverOf(await inspected(worker, { classic: {} })));
  viewer.socket.send(inspecting);
  await viewer.until(({ length }) => length > 0);
  await pass(1000);
  await viewer.until((texts) =>
    texts.some((text) => text.includes('no answer from http://***@peer.example')),
  );
  expect(viewer.texts.join()).not.toMatch(/anna|s3cret/);
});

test('the answer at the path names the page to open', async () => {
  const inspection = await inspected(embedded().worker, {
    classic: { page: 'http://viz.local:3000/?theme=dark' },
  });
  const response = await fetch(new URL('/classic', inspection.url));
  expect(response.status).toBe(426);
  expect(inspection.classicUrl).toBe(
    `http://viz.local:3000/?inspect&server=ws://${new URL(inspection.url).host}/classic&theme=dark`,
  );
  expect(await response.text()).toContain(inspection.classicUrl);
});
