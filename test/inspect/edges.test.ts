import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type AnyStateNode, createActor, createMachine, type InspectionEvent } from 'xstate';
import { readChart, transitionId } from '../../src/explain/read-chart.ts';
import { initialSyncState, PeerSyncRateLimited, type SyncFunction } from '../../src/index.ts';
import { chartDefinition, watchActor } from '../../src/inspect/index.ts';
import { edgeWords } from '../../src/inspect/page/script/event-words.ts';
import { createRecorder } from '../../src/inspect/recording/recorder.ts';
import { createSyncWorkerMachine, syncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';
import { useInspections } from './inspection-world.ts';

const { embedded, after } = useInspections();

const picture = readFileSync(new URL('../../machines/sync-worker.svg', import.meta.url), 'utf8');
const valuesOf = (attribute: string): string[] =>
  [...picture.matchAll(new RegExp(`${attribute}="([^"]*)"`, 'g'))].flatMap(([, value]) =>
    (value ?? '').split(' '),
  );
const drawnEdges = new Set(valuesOf('data-edge'));
const drawnStates = new Set(valuesOf('data-state'));

const nodesOf = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap(nodesOf),
];

test("the transitions of the machine, by the names a step has, are the picture's edges", () => {
  const transitions = nodesOf(syncWorkerMachine.root).flatMap((node) => [
    ...[...node.transitions.values()].flat(),
    ...(node.always ?? []),
  ]);
  expect(transitions.map(transitionId).sort()).toEqual([...drawnEdges].sort());
});

test('a recording, which has the definition alone, shows the same states and transitions', () => {
  const drawn = readChart(createMachine(chartDefinition(syncWorkerMachine)));
  const { states, edges } = readChart(syncWorkerMachine);
  expect(drawn.states.map(({ path, description }) => [path, description])).toEqual(
    states.map(({ path, description }) => [path, description]),
  );
  expect(drawn.edges.map(edgeWords)).toEqual(edges.map(edgeWords));
  expect(edges.map(({ id }) => id).sort()).toEqual([...drawnEdges].sort());
});

test('every step of real workers, whatever befalls them, lights edges and a state that are drawn', async () => {
  const edges = new Set<string>();
  const states = new Set<string>();
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
  for (const [index] of answers.entries()) {
    let asked = index;
    const { worker, pass } = embedded({
      peers: ['https://a.example', 'https://b.example'],
      sync: (peer, options) =>
        (answers[asked++ % answers.length] ?? answers[0])?.(peer, options) ?? { head: '' },
    });
    const recorder = createRecorder(worker, 'a', { maxLines: () => 10_000 });
    after(recorder.close);
    recorder.observe();
    await worker.start();
    for (let turn = 0; turn < 40; turn += 1) {
      await pass(turn % 4 === 0 ? 1 : 61_000);
      if (turn % 3 === 0) worker.requestSync({ force: turn % 2 === 0 });
      if (turn % 5 === 0 && turn < 15) worker.peerSeen('https://a.example');
      if (turn === 15) worker.setPeers([]);
      if (turn === 20) worker.setPeers(['https://c.example']);
      if (turn === 25) worker.actor?.send({ type: 'peer.seen', peerUrl: 'no URL' });
    }
    for (const { to, transitions } of recorder.since(0).lines) {
      states.add(to);
      for (const edge of transitions) edges.add(edge);
    }
  }
  expect([...edges].filter((edge) => !drawnEdges.has(edge))).toEqual([]);
  expect([...states].filter((state) => !drawnStates.has(state))).toEqual([]);
  expect(edges.size).toBeGreaterThan(20);
});

test('a restored worker takes its first steps on edges that are drawn too', () => {
  const edges: string[] = [];
  const inspect = (event: InspectionEvent): void => {
    if (event.type === '@xstate.microstep') edges.push(...event._transitions.map(transitionId));
  };
  const machine = createSyncWorkerMachine({ now: () => 1_800_000_000, random: () => 0 });
  for (const lastOutcome of ['running', 'ok', 'error', 'fork', 'solo'] as const) {
    const times = { lastSyncStartedAt: 1_799_999_990, nextSyncDueAt: 1_800_000_100 };
    const peers = lastOutcome === 'solo' ? [] : ['https://a.example'];
    const input = { state: { ...initialSyncState(), ...times, lastOutcome }, peers };
    const actor = createActor(machine, { input, inspect });
    expect(actor.getSnapshot().context.worker.lastOutcome).toBe(lastOutcome);
  }
  expect(edges).toEqual([0, 1, 2, 3, 4].map((index) => `idle:always:${index}`));
});

test('what is watched of a worker is what its machine does, whoever shares the machine', async () => {
  const [one, other] = [embedded(), embedded()];
  const seen = new Set<unknown>();
  after(watchActor(one.worker, ({ actorRef }) => seen.add(actorRef)));
  await one.worker.start();
  await other.worker.start();
  await other.pass(300_000);
  await one.pass(1);
  expect(seen).toContain(one.worker.actor);
  expect(seen).not.toContain(other.worker.actor);
});
