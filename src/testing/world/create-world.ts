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

/** What a world is made of. */
export interface WorldOptions {
  /** One attempt at one peer: the function under test. */
  readonly sync: SyncFunction;
  /** The peers of the worker. With `scriptedPeers(…).urls` the world runs on the clock of those. */
  readonly peers: readonly (string | PeerRecordInput)[];
  readonly policy?: SyncPolicyOptions | undefined;
  /** How the storage misbehaves, or a storage of your own. @default one in memory, that does not */
  readonly storage?: StorageFaults | SyncStorage | undefined;
  /** What the random source of the worker gives, from 0 to 1. @default 0 */
  readonly random?: number | undefined;
  /** Wall time at the beginning, in Unix seconds. @default WORLD_START */
  readonly startAt?: number | undefined;
  /** The ten fields that an earlier life left. */
  readonly state?: SyncWorkerState | undefined;
  /** The process is killed in the moment of its n-th event (the first is 1), and comes back after a while. */
  readonly crash?: { readonly atEvent: number; readonly downMs: number } | undefined;
  /** @default that of the peers, or one of its own */
  readonly clock?: WorldClock | undefined;
  /** Called when all is to be well, for peers of your own: from now on they answer. Scripted peers need it not. */
  readonly heal?: (() => void) | undefined;
  /** Notes which transitions of the chart were taken. */
  readonly coverage?: Coverage | undefined;
}

/** A world, as its own parts use it: without the judgement of what was seen. @internal */
export interface BareWorld {
  readonly worker: SyncWorker;
  readonly clock: WorldClock;
  readonly history: readonly HistoryEntry[];
  now(): number;
  happen(happening: Happening, maxDeadlines?: number): Promise<void>;
  pass(ms: number, maxDeadlines?: number): Promise<void>;
  jump(seconds: number): Promise<void>;
  /** Passes to the next deadline. False if there is none. */
  step(): Promise<boolean>;
  settle(): Promise<void>;
  crash(): void;
  restart(downMs?: number): Promise<void>;
  /** Stops the worker in order, and lets the time pass that this takes. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** From now on peers and storage are well. */
  heal(): void;
  /** Ends all at once: no timer and no call is left. */
  end(): void;
}

/** No passage of time holds so many deadlines, but that of a worker that does not wait. */
const HOT_LOOP = 20_000;

/** Virtual milliseconds that an orderly stop may take: a start whose load hangs as the one before did, the grace of the attempt, and two saves that hang. */
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
    // As long as nothing changes, neither does the reason for it.
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
    // Time for the peers and the clock alone.
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
    // An event that the stop emits may be the one that it is killed at.
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

/** A worker refuses what is sent while it does not run, and news of strangers. */
function isKnown(worker: SyncWorker, url: string): boolean {
  return worker.isStarted && worker.peers.some(({ peerUrl }) => peerUrl === url);
}

/** What a configuration says of a peer when a process starts again; its marks are the storage's. */
function configured(peer: string | PeerRecordInput): string | PeerRecordInput {
  if (typeof peer === 'string') return peer;
  const { peerUrl, bucket, source, transport, role, label, enabled } = createPeerRecord(peer);
  return { peerUrl, bucket, source, transport, role, label, enabled };
}

function followThrough<Value>(given: Promise<Value> | Value, follow: Follow): Promise<Value> | Value {
  if (given instanceof Promise) follow(given);
  return given;
}
