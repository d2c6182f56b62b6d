import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type AnyStateNode, createActor, type InspectionEvent } from 'xstate';
import { transitionId } from '../../src/explain/read-chart.ts';
import { initialSyncState, PeerSyncRateLimited, type SyncFunction } from '../../src/index.ts';
import { watchActor } from '../../src/inspect/index.ts';
import { keepJournal } from '../../src/inspect/journal.ts';
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
    () => new Promise(() => undefined),
  ];
  for (const [index] of answers.entries()) {
    let asked = index;
    const { worker, pass } = embedded({
      peers: ['https://a.example', 'https://b.example'],
      sync: (peer, options) =>
        (answers[asked++ % answers.length] ?? answers[0])?.(peer, options) ?? { head: '' },
    });
    const journal = keepJournal(worker, () => undefined);
    after(journal.close);
    journal.look();
    await worker.start();
    let read = 0;
    for (let turn = 0; turn < 40; turn += 1) {
      await pass(turn % 4 === 0 ? 1 : 61_000);
      if (turn % 3 === 0) worker.requestSync({ force: turn % 2 === 0 });
      if (turn % 5 === 0 && turn < 15) worker.peerSeen('https://a.example');
      if (turn === 15) worker.setPeers([]);
      if (turn === 20) worker.setPeers(['https://c.example']);
      if (turn === 25) worker.actor?.send({ type: 'peer.seen', peerUrl: 'no URL' });
      for (const step of journal.steps.since(read)) {
        states.add(step.state);
        for (const edge of step.edges) edges.add(edge);
      }
      read = journal.steps.pushed;
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
  const now = 1_800_000_000;
  const machine = createSyncWorkerMachine({ now: () => now, random: () => 0 });
  for (const lastOutcome of ['running', 'ok', 'error', 'fork', 'solo'] as const) {
    const state = { ...initialSyncState(), lastOutcome, lastSyncStartedAt: now, nextSyncDueAt: now + 60 };
    const actor = createActor(machine, { input: { state }, inspect });
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
