import type { Why } from '../../explain/why.ts';
import { createPeerRecord, type PeerRecordInput } from '../../policy/peer-record.ts';
import { resolvePolicy, type SyncPolicyOptions } from '../../policy/sync-policy.ts';
import type { SyncWorkerState } from '../../policy/sync-worker-state.ts';
import { describe } from '../../policy/wire-fields.ts';
import type { SyncFunction } from '../../schedule/attempt.ts';
import type { WorkerContext } from '../../schedule/worker-context.ts';
import type { SyncStorage } from '../../storage/storage.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import { checkNames } from '../../worker/worker-options.ts';
import { type Coverage, noteCoverage } from '../coverage.ts';
import { openStorage } from '../storage/open-storage.ts';
import type { StorageFaults } from '../storage/storage-faults.ts';
import { createCalls } from './calls.ts';
import { type Follow, followedSync } from './followed-sync.ts';
import type { Happening } from './happening.ts';
import type { HistoryEntry, Moment, Seen } from './history.ts';
import { createLife, type Life } from './life.ts';
import { clockOfPeers, createWorldClock, innerClock, WORLD_START, type WorldClock } from './world-clock.ts';

/** Options of `createWorld()`. */
export interface WorldOptions {
  /** One attempt at one peer: the function under test. */
  readonly sync: SyncFunction;
  /** The peers of the worker. With `scriptedPeers(…).urls`, the world uses the clock of those peers. */
  readonly peers: readonly (string | PeerRecordInput)[];
  readonly policy?: SyncPolicyOptions | undefined;
  /** Faults of an in-memory storage, or a storage of your own. @default in memory, without faults */
  readonly storage?: StorageFaults | SyncStorage | undefined;
  /** The constant value of the worker's random source, from 0 to 1. @default 0 */
  readonly random?: number | undefined;
  /** Wall time at the start, in Unix seconds. @default WORLD_START */
  readonly startAt?: number | undefined;
  /** The ten fields left by an earlier process. */
  readonly state?: SyncWorkerState | undefined;
  /** Kills the process when it emits its n-th event (the first is 1), and restarts it after `downMs`. */
  readonly crash?: { readonly atEvent: number; readonly downMs: number } | undefined;
  /** @default the clock of the scripted peers, or a new one */
  readonly clock?: WorldClock | undefined;
  /** Called when everything must work from now on: let your own peers answer well. Scripted peers do so by themselves. */
  readonly heal?: (() => void) | undefined;
  /** Collects the transitions of the chart that were taken. */
  readonly coverage?: Coverage | undefined;
}

/** A world without the checks of its invariants. @internal */
export interface BareWorld {
  readonly worker: SyncWorker;
  readonly clock: WorldClock;
  readonly history: readonly HistoryEntry[];
  now(): number;
  happen(happening: Happening, maxDeadlines?: number): Promise<void>;
  pass(ms: number, maxDeadlines?: number): Promise<void>;
  jump(seconds: number): Promise<void>;
  /** Runs the next timer. @returns false if there is none */
  step(): Promise<boolean>;
  settle(): Promise<void>;
  crash(): void;
  restart(downMs?: number): Promise<void>;
  /** Stops the worker in an orderly way, and lets the time pass that this takes. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** From now on peers and storage work. */
  heal(): void;
  /** Kills the process, and with it all timers and calls. */
  end(): void;
}

/** More deadlines in one `pass()` than this mean that the worker loops without waiting. */
const HOT_LOOP = 20_000;

/** Virtual milliseconds that an orderly stop may take: two loads that hang, the grace of the attempt, and two saves that hang. */
const MAX_STOP_MS = 180_000;

const known = [
  'sync',
  'peers',
  'policy',
  'storage',
  'random',
  'startAt',
  'state',
  'crash',
  'clock',
  'heal',
  'coverage',
];

/** @throws TypeError or RangeError for an option, naming it, its value and what is allowed */
export async function createBareWorld(options: WorldOptions): Promise<BareWorld> {
  checkNames(options, known);
  const { sync, coverage, crash } = options;
  if (typeof sync !== 'function')
    throw new TypeError(`sync is ${describe(sync)}; allowed is a function of a peer and options`);
  const clock = innerClock(options.clock ?? clockOfPeers(options.peers) ?? createWorldClock());
  const { time } = clock;
  if (options.startAt !== undefined || options.clock === undefined)
    clock.setWall(options.startAt ?? WORLD_START);
  const history: HistoryEntry[] = [];
  const began = time.now();
  const moment = (): Moment => ({ at: clock.now() / 1000, elapsed: (time.now() - began) / 1000 });
  const see = (seen: Seen): void => {
    history.push(Object.assign(seen, moment()));
    if (seen.kind === 'step') noteCoverage(coverage, seen.transitions);
  };
  clock.listener = see;
  const calls = createCalls(() => clock.waits);

  let explained: { readonly context: WorkerContext; readonly why: Why } | undefined;
  let emitted = 0;
  let isDying = false;
  const followed = followedSync(sync, calls.follow, see);
  const storage = openStorage(options, clock, see);
  const given = options.random ?? 0;
  if (!(given >= 0 && given <= 1))
    throw new RangeError(`random is ${describe(given)}; allowed is a number from 0 to 1`);
  const random = (): number => given;
  let { peers } = options;
  let policy: SyncPolicyOptions = resolvePolicy(options.policy);

  const newLife = (): Life => {
    const opened = storage.open();
    return createLife({
      sync: followed,
      peers,
      policy,
      storage: {
        ...opened,
        load: (notify) => followThrough(opened.load(notify), calls.follow),
        save: (saved) => followThrough(opened.save(saved), calls.follow),
      },
      clock,
      random,
      see,
      emitted: () => {
        emitted += 1;
        if (emitted !== crash?.atEvent) return;
        isDying = true;
        kill();
      },
    });
  };
  const kill = (): void => {
    life.kill();
  };
  const begin = (): void => {
    const own = life;
    own.worker.start().catch((error: unknown) => {
      if (!own.isDead) see({ kind: 'start failed', error });
    });
  };
  const note = (): void => {
    if (life.isDead) return;
    const { worker, host } = life;
    const delay = host.unfairDelays[0];
    if (delay !== undefined)
      throw new Error(`the worker set a timer of ${delay} ms, which fires at once in Node`);
    const snapshot = worker.isStarted ? worker.snapshot : undefined;
    // The same context has the same explanation.
    if (snapshot?.context !== explained?.context) {
      explained = snapshot === undefined ? undefined : { context: snapshot.context, why: worker.why() };
    }
    see({
      kind: 'settled',
      isStarted: snapshot !== undefined,
      status: snapshot?.status ?? '',
      value: snapshot?.value,
      context: snapshot?.context,
      why: explained?.why,
    });
  };
  const settle = async (): Promise<void> => {
    await calls.settled();
    if (isDying) await comeBack(crash?.downMs ?? 0);
    else note();
  };
  const comeBack = async (downMs: number): Promise<void> => {
    isDying = false;
    if (!life.isDead) kill();
    see({ kind: 'happened', happening: { kind: 'crash', downMs } });
    // While the process is down, time passes only for the peers and the clock.
    time.advanceTo(time.now() + downMs);
    peers = peers.map(configured);
    life = newLife();
    begin();
    await settle();
  };
  const step = async (): Promise<boolean> => {
    if (!time.runNext()) return false;
    await settle();
    return true;
  };
  const pass = async (ms: number, maxDeadlines = Number.POSITIVE_INFINITY): Promise<void> => {
    const end = time.now() + ms;
    for (let met = 0; (time.nextDeadline() ?? Number.POSITIVE_INFINITY) <= end; met += 1) {
      if (met >= maxDeadlines) return;
      if (met >= HOT_LOOP)
        throw new Error(`${met} deadlines, and only ${time.now() - end + ms} of ${ms} ms have passed`);
      await step();
    }
    time.advanceTo(end);
    await settle();
  };
  const stop = async (): Promise<void> => {
    const own = life;
    let hasEnded = false;
    see({ kind: 'stopping' });
    void own.worker.stop().finally(() => {
      hasEnded = true;
    });
    const end = time.now() + MAX_STOP_MS;
    await calls.settled();
    while (!hasEnded && !own.isDead && (time.nextDeadline() ?? Number.POSITIVE_INFINITY) <= end) {
      time.runNext();
      await calls.settled();
    }
    // The `crash` option may have killed the process at an event that the stop emitted.
    if (own.isDead) return;
    see({ kind: 'stopped', hasEnded, timers: own.host.size });
  };

  let life = newLife();
  begin();
  await settle();

  const world: BareWorld = {
    get worker() {
      return life.worker;
    },
    clock,
    history,
    now: () => clock.now() / 1000,
    step,
    pass,
    settle,
    jump: (seconds) => world.happen({ kind: 'jump', seconds }),
    crash: kill,
    restart: (downMs = 0) => comeBack(downMs),
    stop,
    start: async () => {
      begin();
      await settle();
    },
    heal: () => {
      for (const heal of clock.healers) heal();
      options.heal?.();
      storage.heal();
    },
    end: kill,
    happen: async (happening, maxDeadlines) => {
      if (happening.kind === 'crash') return comeBack(happening.downMs);
      see({ kind: 'happened', happening });
      const { worker } = life;
      switch (happening.kind) {
        case 'pass':
          return pass(happening.ms, maxDeadlines);
        case 'jump':
          clock.jump(happening.seconds);
          break;
        case 'stop':
          await stop();
          if (life.isDead) return comeBack(happening.downMs);
          time.advanceTo(time.now() + happening.downMs);
          begin();
          break;
        case 'set peers':
          peers = happening.peers;
          if (worker.isStarted) worker.setPeers(peers);
          break;
        case 'set policy':
          policy = happening.policy;
          if (worker.isStarted) worker.setPolicy(policy);
          break;
        case 'request':
          if (worker.isStarted) worker.requestSync({ force: happening.force });
          break;
        case 'peer seen':
          if (isKnown(worker, happening.peerUrl)) worker.peerSeen(happening.peerUrl);
          break;
        case 'reset peer':
          if (isKnown(worker, happening.peerUrl)) worker.resetPeer(happening.peerUrl, happening);
          break;
      }
      await settle();
    },
  };
  return world;
}

/** Whether the worker would accept an event about this peer: it refuses events while it is stopped, and unknown peers. */
function isKnown(worker: SyncWorker, url: string): boolean {
  return worker.isStarted && worker.peers.some(({ peerUrl }) => peerUrl === url);
}

/** The configured fields of a peer, as a restarted process gets them; everything else comes from the storage. */
function configured(peer: string | PeerRecordInput): string | PeerRecordInput {
  if (typeof peer === 'string') return peer;
  const { peerUrl, bucket, source, transport, role, label, enabled } = createPeerRecord(peer);
  return { peerUrl, bucket, source, transport, role, label, enabled };
}

function followThrough<Value>(given: Promise<Value> | Value, follow: Follow): Promise<Value> | Value {
  if (given instanceof Promise) follow(given);
  return given;
}
