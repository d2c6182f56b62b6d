import { beforeAll, describe, expect, test } from 'vitest';
import {
  type ActorLogic,
  type AnyTransitionDefinition,
  createActor,
  type InspectionEvent,
  type SnapshotFrom,
} from 'xstate';
import { getAdjacencyMap } from 'xstate/graph';
import {
  createPeerList,
  createSyncWorkerMachine,
  nextAskAt,
  resolvePolicy,
  type SyncWorkerMachine,
  syncOutcomes,
  type WorkerInput,
} from '../../src/core.ts';
import { createPeerRecord, initialSyncState } from '../../src/index.ts';

type Snapshot = SnapshotFrom<SyncWorkerMachine>;
type StateNode = SyncWorkerMachine['root'];

/** An event and when it comes. Delays and results are events like any other here; nothing runs. */
interface TimedEvent {
  readonly type: string;
  /** Wall time in seconds. */
  readonly at: number;
  readonly [field: string]: unknown;
}

const BEGIN = 1_800_000_000;
const policy = resolvePolicy({ maxPeersPerRun: 2, attemptTimeoutSeconds: 100 });

const available = createPeerRecord('http://a.example');
const spare = createPeerRecord('http://b.example');
const coolingDown = createPeerRecord({ ...available, cooldownUntil: BEGIN + 400 });

/** What a worker may be sent, and what its attempt may end in. */
const messages: readonly Readonly<Record<string, unknown>>[] = [
  { type: 'sync.requested' },
  { type: 'sync.requested', force: true },
  { type: 'peers.changed', peers: createPeerList([]) },
  { type: 'peers.changed', peers: createPeerList([available, spare]) },
  { type: 'peers.changed', peers: createPeerList([coolingDown]) },
  { type: 'peers.changed', peers: 'none' },
  { type: 'peer.seen', peerUrl: available.peerUrl },
  { type: 'peer.seen', peerUrl: '' },
  { type: 'peer.reset', peerUrl: available.peerUrl, force: true },
  { type: 'peer.reset', peerUrl: '' },
  { type: 'policy.changed', policy },
  { type: 'run.withdraw', at: BEGIN },
  { type: 'policy.changed', policy: { maxPeersPerRun: 0 } },
];
const results: readonly Readonly<Record<string, unknown>>[] = [
  { output: { outcome: 'ok', head: 'h1' } },
  { output: { outcome: 'fork', error: 'forked' } },
  { output: { outcome: 'error', error: 'refused', retryAfterSeconds: 0 } },
  { output: { outcome: 'held', until: BEGIN + 5 } },
  { output: 'nothing of the kind' },
  { error: new Error('refused') },
];

/** The walk: one machine, whose clock reads what the event at hand says, and every transition that is taken on it. */
function walk() {
  let now = BEGIN;
  const taken = new Set<AnyTransitionDefinition>();
  const visited = new Set<StateNode>();
  /** By their essence, so that no walk goes on where an earlier one has been. */
  const snapshots = new Map<string, Snapshot>();
  const machine = createSyncWorkerMachine({ now: () => now, random: () => 0 });

  const note = (seen: InspectionEvent): void => {
    if (seen.type !== '@xstate.microstep') return;
    for (const one of seen._transitions) {
      taken.add(one);
      // A state that is left at once is never settled in.
      for (const node of one.target ?? []) visited.add(node as StateNode);
    }
  };

  // A state that decides reads the clock, so the clock must be right at each transition: this is all that is added to the machine.
  const timed: ActorLogic<Snapshot, TimedEvent, WorkerInput | undefined> = {
    getInitialSnapshot: (scope, input) => machine.getInitialSnapshot(scope as never, input),
    getPersistedSnapshot: (snapshot) => machine.getPersistedSnapshot(snapshot),
    transition: (snapshot, event, scope) => {
      now = event.at;
      // One event takes several steps, and each of them reports its transitions to the inspector.
      const system = Object.create(scope.system, { _sendInspectionEvent: { value: note } });
      return machine.transition(
        snapshot,
        event as never,
        Object.create(scope, { system: { value: system } }),
      );
    },
  };

  const explore = (input: WorkerInput): void => {
    now = BEGIN;
    const known = new Set(snapshots.keys());
    const map = getAdjacencyMap(timed, {
      input,
      events: eventsAt,
      serializeState: essence,
      stopWhen: (snapshot) => known.has(essence(snapshot)),
    });
    for (const { state } of Object.values(map)) {
      snapshots.set(essence(state), state);
      for (const node of state._nodes) visited.add(node);
    }
    // The way in is no event: only an inspected actor shows by which transitions it came to where it begins.
    const actor = createActor(machine, {
      input,
      clock: { setTimeout: () => 0, clearTimeout: () => undefined },
      inspect: note,
    });
    actor.start().stop();
  };
  return { machine, taken, visited, snapshots, explore };
}

/** Every event that can come in this state, each at every time that could make a difference. */
function eventsAt({ context, _nodes }: Snapshot): readonly TimedEvent[] {
  const { worker, peers, policy: numbers, endedAt } = context;
  const times = new Set([
    worker.nextSyncDueAt,
    worker.lastSyncStartedAt + numbers.stuckAfterSeconds + 1,
    (endedAt ?? 0) + 1,
    ...peers.map(nextAskAt),
  ]);
  const moments = [...times].filter((time) => time >= BEGIN).flatMap((time) => [time - 0.5, time]);
  const own = _nodes.flatMap((node) => [...node.transitions.keys()]);
  return own.flatMap((type) => {
    const payloads = messages.filter((message) => message['type'] === type);
    const ends = type.startsWith('xstate.done') || type.startsWith('xstate.error');
    const isOfKind = (result: object): boolean => type.startsWith('xstate.error') === 'error' in result;
    const events = ends ? results.filter(isOfKind) : payloads.length > 0 ? payloads : [{}];
    // A timer may fire at any moment that makes a difference; the rest comes early or late.
    const when = type.startsWith('xstate.after') ? [...moments, BEGIN] : [BEGIN, BEGIN + 1000];
    return when.flatMap((at) => events.map((event) => ({ ...event, type, at })));
  });
}

/** What of a snapshot decides where it can go. Without it the walk would count failures for ever. */
function essence({ value, context }: Snapshot): string {
  const { worker, peers, run, request, stuckPeers } = context;
  const since = Math.max(worker.lastSyncStartedAt, worker.lastSyncFinishedAt, BEGIN);
  return JSON.stringify([
    value,
    request,
    run?.triedPeers.length ?? 0,
    run?.failure?.outcome,
    stuckPeers.length,
    Math.sign(worker.nextSyncDueAt - since),
    peers.map((peer) => [peer.enabled, Math.sign(nextAskAt(peer) - since)]),
  ]);
}

function allNodes(node: StateNode): StateNode[] {
  return [node, ...Object.values(node.states).flatMap(allNodes)];
}

function transitionsOf(node: StateNode): AnyTransitionDefinition[] {
  return [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
}

function named({ source, eventType, target, guard }: AnyTransitionDefinition): string {
  const goal = target?.map(({ id }) => id).join() ?? 'nowhere';
  return `${source.id} → ${goal} on ${eventType || 'entry'} if ${JSON.stringify(guard) ?? 'nothing else'}`;
}

describe('a walk through everything that can happen to a worker', () => {
  const { machine, taken, visited, snapshots, explore } = walk();
  const nodes = allNodes(machine.root);

  beforeAll(() => {
    for (const lastOutcome of syncOutcomes) {
      const times = { nextSyncDueAt: BEGIN + 100, lastSyncStartedAt: BEGIN - 100 };
      const state = { ...initialSyncState(), ...times, lastOutcome };
      explore({ peers: [available, spare], policy, state });
    }
  });

  test('reaches every state of the chart', () => {
    expect(nodes.filter((node) => !visited.has(node)).map(({ id }) => id)).toEqual([]);
    expect(visited.size).toBe(nodes.length);
  });

  test('takes every transition of the chart', () => {
    const all = nodes.flatMap(transitionsOf);
    expect(all.filter((one) => !taken.has(one)).map(named)).toEqual([]);
    expect(taken.size).toBe(all.length);
  });

  test('finds the worker in the state its last outcome names, wherever it comes', () => {
    for (const { value, context, status } of snapshots.values()) {
      expect(status).toBe('active');
      expect(typeof value === 'string' ? value : 'running').toBe(context.worker.lastOutcome);
      expect(context.run === null).toBe(!JSON.stringify(value).includes('attempting'));
    }
  });
});
