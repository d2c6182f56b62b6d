import { setImmediate } from 'node:timers/promises';
import { expect } from 'vitest';
import { createActor } from 'xstate';
import {
  CLOCK_CHECK_SECONDS,
  createPeerList,
  createSyncWorkerMachine,
  createWallClock,
  fromWire,
  MIN_RUN_GAP_SECONDS,
  resolvePolicy,
  retryAfterUntil,
  type SyncWorkerActor,
  type SyncWorkerEmitted,
  toWire,
} from '../../src/core.ts';
import {
  createVirtualClock,
  initialSyncState,
  type PeerRecord,
  type PeerRecordInput,
  type SyncFunction,
  type SyncPolicyOptions,
  type SyncWorkerState,
  type VirtualClock,
} from '../../src/index.ts';
import { expectEqual, expectThat } from './cheap-expect.ts';
import { expectEventsInOrder } from './event-order.ts';
import { type Behaviour, type ScriptedSync, scriptSync } from './scripted-sync.ts';
import { createWorkerModel, type Moment, type WorkerModel } from './worker-model.ts';

/** Wall time when a world begins, in seconds; not a whole number, on purpose. */
export const START = 1_795_000_000.25;

/** Seconds, far below any that count: sums of fractions are not exact. */
const ROUNDING = 1e-6;

/** No passage of time holds so many deadlines, but that of a worker that does not wait. */
const HOT_LOOP = 20_000;

export interface WorldOptions {
  readonly peers: readonly (string | PeerRecordInput)[];
  readonly script: readonly Behaviour[];
  readonly policy?: SyncPolicyOptions;
  readonly state?: SyncWorkerState;
  readonly random?: number;
  /** Wall time at the beginning, in seconds. @default START */
  readonly startAt?: number;
  /** The worker dies as it tells its n-th event (the first is 1), and comes back after a while. */
  readonly death?: { readonly atEvent: number; readonly downMs: number };
}

/** One worker on virtual time, with everything it emits checked against the model. */
export interface World {
  readonly clock: VirtualClock;
  readonly scripted: ScriptedSync;
  readonly model: WorkerModel;
  readonly events: readonly SyncWorkerEmitted[];
  /** Wall time of each event, in seconds. */
  readonly times: readonly number[];
  actor(): SyncWorkerActor;
  /** Wall time in seconds. */
  now(): number;
  request(force: boolean): Promise<void>;
  changePeers(peers: readonly PeerRecord[]): Promise<void>;
  contact(peerUrl: string): Promise<void>;
  /** An operator resets a peer. */
  reset(peerUrl: string, force: boolean): Promise<void>;
  changePolicy(policy: SyncPolicyOptions): Promise<void>;
  /** Sets the wall clock on or back, in seconds. */
  jump(seconds: number): Promise<void>;
  /** Lets time pass, from deadline to deadline, and stops after so many of them. Milliseconds. */
  pass(ms: number, mostDeadlines?: number): Promise<void>;
  /** Passes to the next deadline. False if there is none. */
  step(): Promise<boolean>;
  /** Kills the worker and restores it from what it had emitted, through JSON, after a while in which nothing runs. */
  restart(downMs: number): Promise<void>;
  stop(): void;
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const clock = createVirtualClock();
  let wallAhead = options.startAt ?? START;
  const now = (): number => wallAhead + clock.now() / 1000;
  let policy = resolvePolicy(options.policy);
  const random = options.random ?? 0;
  const scripted = scriptSync(options.script, clock, now);
  const events: SyncWorkerEmitted[] = [];
  const times: number[] = [];
  let kept = { state: options.state ?? initialSyncState(), peers: createPeerList(options.peers) };
  const moment = (): Moment => ({ now: now(), elapsed: clock.now() / 1000 });
  const model = createWorkerModel(policy, random, kept.state, kept.peers, moment());
  const broken: unknown[] = [];
  let life: SyncWorkerEmitted[] = [];
  let dead = false;
  let runBeganAt = 0;
  let longest = 0;
  let owedSince: number | undefined;
  let checked: unknown;

  // What a dead worker still does in its last step is lost with it.
  const sync: SyncFunction = (peer, given) =>
    dead ? new Promise(() => undefined) : scripted.sync(peer, given);
  const machine = createSyncWorkerMachine({ sync, now, random: () => random });

  const hear = (event: SyncWorkerEmitted): void => {
    if (dead) return;
    events.push(event);
    times.push(now());
    life.push(event);
    dead = events.length === options.death?.atEvent;
    if (event.type === 'run.started') {
      runBeganAt = clock.now();
      longest = policy.stuckAfterSeconds;
    }
    if (event.type === 'run.started' || event.type === 'run.finished') owedSince = undefined;
    if ('state' in event) kept = { ...kept, state: event.state };
    if ('peers' in event) kept = { ...kept, peers: event.peers };
    try {
      model.emitted(event, moment());
    } catch (error) {
      // Thrown from here it would be nobody's: XState reports a listener's error to the process.
      broken.push(error);
    }
  };
  /** XState fires every delay at once that a Node timer does not understand. */
  const watched = createWallClock({
    now: () => now() * 1000,
    monotonic: () => clock.now(),
    setTimeout: (callback: () => void, delay: number): unknown => {
      const isFair = delay >= 0 && delay < 2 ** 31;
      if (!isFair) broken.push(new Error(`a delay of ${delay} ms`));
      return clock.setTimeout(callback, delay);
    },
    clearTimeout: clock.clearTimeout,
  });
  const start = (): SyncWorkerActor => {
    const state = fromWire(JSON.parse(JSON.stringify(toWire(kept.state))));
    const peers = JSON.parse(JSON.stringify(kept.peers));
    const fresh = createActor(machine, { clock: watched, input: { state, peers, policy } });
    fresh.on('*', hear);
    return fresh.start();
  };

  const check = (): void => {
    if (broken.length > 0) throw broken[0];
    const { context, value, status } = actor.getSnapshot();
    expectEqual(status, 'active');
    if (context !== checked) {
      checked = context;
      expectEqual(context.worker, model.state());
      expectEqual(kept.state, context.worker);
      expectEqual(kept.peers, context.peers);
      expectEqual(
        context.peers.map((peer) => essence(peer, now())),
        model.peers().map((peer) => essence(peer, now())),
      );
      expectEqual(JSON.parse(JSON.stringify(context)), context);
    }
    const top = typeof value === 'string' ? value : 'running';
    expectEqual(top, context.worker.lastOutcome);
    const attempting = actor.getSnapshot().matches({ running: 'attempting' }) ? 1 : 0;
    const live = scripted.live();
    if (live !== attempting) expect(live, 'attempts under way').toBe(attempting);
    const lasted = (clock.now() - runBeganAt) / 1000;
    expectThat(attempting === 0 || lasted <= longest + ROUNDING, () => `a run of ${lasted} s`);
    const owed = now() >= model.owedAt();
    owedSince = owed ? (owedSince ?? clock.now()) : undefined;
    const late = owedSince === undefined ? 0 : (clock.now() - owedSince) / 1000;
    expectThat(late <= CLOCK_CHECK_SECONDS + 2 * MIN_RUN_GAP_SECONDS, () => `a run is owed for ${late} s`);
  };
  const endLife = (): void => {
    expectEventsInOrder(life);
    life = [];
    actor.stop();
  };
  const restart = async (downMs: number): Promise<void> => {
    endLife();
    clock.advanceTo(clock.now() + downMs);
    dead = false;
    model.restarted(moment());
    owedSince = undefined;
    actor = start();
    await settle();
  };
  const settle = async (): Promise<void> => {
    await setImmediate();
    if (dead) await restart(options.death?.downMs ?? 0);
    else check();
  };
  const step = async (): Promise<boolean> => {
    if (!clock.runNext()) return false;
    await settle();
    return true;
  };

  let actor = start();
  await settle();

  return {
    clock,
    scripted,
    model,
    events,
    times,
    actor: () => actor,
    now,
    step,
    restart,
    request: async (force) => {
      model.requested(force);
      actor.send({ type: 'sync.requested', force });
      await settle();
    },
    changePeers: async (peers) => {
      actor.send({ type: 'peers.changed', peers: createPeerList(peers), at: now() });
      await settle();
    },
    reset: async (peerUrl, force) => {
      if (force && model.peers().some((peer) => peer.peerUrl === peerUrl)) model.cleared(peerUrl);
      actor.send({ type: 'peer.reset', peerUrl, force, at: now() });
      await settle();
    },
    changePolicy: async (options) => {
      policy = resolvePolicy(options);
      actor.send({ type: 'policy.changed', policy });
      await settle();
    },
    contact: async (peerUrl) => {
      actor.send({ type: 'peer.seen', peerUrl, at: now() });
      await settle();
    },
    jump: async (seconds) => {
      wallAhead += seconds;
      await settle();
    },
    pass: async (ms, mostDeadlines = Number.POSITIVE_INFINITY) => {
      const end = clock.now() + ms;
      for (let met = 0; (clock.nextDeadline() ?? Number.POSITIVE_INFINITY) <= end; met += 1) {
        if (met >= mostDeadlines) return;
        expectThat(met < HOT_LOOP, () => `${met} deadlines, and the time is still ${clock.now()} ms`);
        await step();
      }
      clock.advanceTo(end);
      await settle();
    },
    stop: endLife,
  };
}

/** What of a record decides when its peer is asked. */
function essence(peer: PeerRecord, now: number): unknown {
  const { bucket, peerUrl, enabled, failureCount, lastSyncOkAt, cooldownUntil } = peer;
  const { excluded, removed, lastBroughtNews, lastAskedAt } = peer;
  const until = Math.max(now, retryAfterUntil(peer));
  return {
    bucket,
    peerUrl,
    enabled,
    failureCount,
    lastSyncOkAt,
    cooldownUntil,
    until,
    excluded,
    removed,
    lastBroughtNews,
    lastAskedAt,
  };
}
