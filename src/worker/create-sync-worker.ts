import { systemReport } from '../clock/system-ports.ts';
import { explain } from '../explain/why.ts';
import type { PeerRecordInput } from '../policy/peer-record.ts';
import { normalizePeerUrl } from '../policy/peer-url.ts';
import { resolvePolicy } from '../policy/sync-policy.ts';
import { asError } from '../policy/thrown.ts';
import { createWorkerContext, type WorkerContext } from '../schedule/worker-context.ts';
import type { ChartEvent, SyncWorkerEmitted } from '../schedule/worker-events.ts';
import { adoptPeers, noteExcluded } from './adopt-peers.ts';
import { createAttemptControl } from './attempt-control.ts';
import { createNotifications } from './notifications.ts';
import { stopInOrder } from './stop-in-order.ts';
import type { SyncWorker } from './sync-worker.ts';
import { createStateWatch } from './watch-state.ts';
import { createWorkerActor } from './worker-actor.ts';
import { createWorkerMemory } from './worker-memory.ts';
import { readOptions, type SyncWorkerOptions } from './worker-options.ts';

/**
 * A worker to embed: the chart, its storage and its events behind one object. It does nothing before `start()`.
 *
 * @throws RangeError for a policy option, TypeError for any other option or a peer, naming it, its value and what is allowed
 */
export function createSyncWorker<Details = unknown>(
  options: SyncWorkerOptions<Details>,
): SyncWorker<Details> {
  const { sync, configured, storage, gate, clock, random, inspect } = readOptions(options);
  let policy = resolvePolicy(options.policy);
  const now = (): number => clock.now() / 1000;

  const notifications = createNotifications(systemReport);
  const memory = createWorkerMemory({ storage, configured, sync, clock, notifications });
  const attempts = createAttemptControl({
    sync,
    gate,
    clock,
    recorded: memory.recorded,
    fault: notifications.fault,
  });
  const watch = createStateWatch(() => memory.known.state, clock);

  let attemptStartedAt = 0;
  const onEvent = (event: SyncWorkerEmitted): void => {
    const before = memory.known.state;
    if ('state' in event || 'peers' in event) {
      memory.keep({
        ...('state' in event ? { state: event.state } : {}),
        ...('peers' in event ? { peers: event.peers } : {}),
      });
    }
    if (event.type === 'attempt.started') attemptStartedAt = clock.monotonic();
    if (event.type === 'waits.bounded') {
      if (event.clockBehindSeconds > 0) clockJumped(-event.clockBehindSeconds);
    } else if (event.type === 'attempt.finished') {
      notifications.emit({ ...event, durationSeconds: (clock.monotonic() - attemptStartedAt) / 1000 });
    } else {
      notifications.emit(event);
    }
    if (memory.known.state !== before) watch.changed();
    if (event.type === 'run.finished') watch.runFinished();
  };
  const clockJumped = (seconds: number): void => notifications.emit({ type: 'clock.jumped', seconds });
  const actor = createWorkerActor({
    clock,
    random,
    sync: attempts.sync,
    inspect,
    onEvent,
    onFailure: (error) => {
      attempts.abort(error);
      notifications.fault(new Error('The chart failed and is started again', { cause: error }));
      return { ...memory.known, policy };
    },
  });

  let offJump: () => void = () => undefined;
  const begin = async (): Promise<void> => {
    watch.begun();
    try {
      const input = { ...(await memory.load()), policy };
      attempts.open();
      offJump = clock.onJump(clockJumped);
      isRunning = turns === 1;
      actor.begin(input);
    } catch (error) {
      if (turns === 1) isWanted = false;
      isRunning = false;
      offJump();
      watch.ended();
      // Close what the failed start has opened or locked.
      await memory.close().catch(notifications.fault);
      throw error;
    }
  };
  const end = async (): Promise<void> => {
    await stopInOrder(attempts, actor, now);
    offJump();
    await memory.flush();
    watch.ended();
    await memory.close();
  };

  /** The newest start or stop, how many are running or queued, and whether the newest one is a start. */
  let change: Promise<void> = Promise.resolve();
  let turns = 0;
  let isWanted = false;
  /** Whether the chart runs and no stop has been requested: an event sent at any other time would be lost. */
  let isRunning = false;
  /** Runs starts and stops one at a time, even if the one before failed. */
  const turn = (want: boolean, act: () => Promise<void>): Promise<void> => {
    if (isWanted === want) return want ? change : change.catch(() => undefined);
    isWanted = want;
    isRunning = false;
    turns += 1;
    change = change.then(act, act).finally(() => {
      turns -= 1;
    });
    return change;
  };

  const context = (): WorkerContext =>
    isRunning && actor.current !== undefined
      ? actor.current.getSnapshot().context
      : createWorkerContext({ ...memory.known, policy });
  const why: SyncWorker['why'] = () => explain(context(), now(), isRunning);
  const send = (event: ChartEvent): void => {
    if (!isRunning) throw new Error('The worker is not running; start() it first');
    actor.send(event);
  };
  const knownUrl = (peerUrl: string): string => {
    const url = normalizePeerUrl(peerUrl);
    if (memory.known.peers.some((peer) => peer.peerUrl === url)) return url;
    throw new RangeError(`${url} is not a peer of this worker; see worker.peers for its peers`);
  };

  return {
    get state() {
      return memory.known.state;
    },
    get peers() {
      return memory.known.peers;
    },
    get actor() {
      return actor.current;
    },
    get snapshot() {
      return actor.current?.getSnapshot();
    },
    get isStarted() {
      return isRunning;
    },
    start: () => {
      // Callers may wait for outcomes before the start has finished.
      watch.begun();
      return turn(true, begin);
    },
    stop: () => turn(false, end),
    requestSync: ({ force = false } = {}) => {
      send({ type: 'sync.requested', force });
      return why();
    },
    syncNow: ({ force = false, signal } = {}) => {
      const ended = watch.nextRun(signal);
      try {
        send({ type: 'sync.requested', force });
      } catch (error) {
        ended.catch(() => undefined);
        return Promise.reject(asError(error));
      }
      return ended;
    },
    setPeers: (peers: readonly (string | PeerRecordInput)[]) => {
      const adopted = adoptPeers(peers, memory.known.peers, now());
      send({ type: 'peers.changed', peers: noteExcluded(adopted, sync), at: now() });
    },
    peerSeen: (peerUrl) => send({ type: 'peer.seen', peerUrl: knownUrl(peerUrl), at: now() }),
    resetPeer: (peerUrl, { force = false } = {}) => {
      const url = knownUrl(peerUrl);
      send({ type: 'peer.reset', peerUrl: url, force, at: now() });
      if (force) void Promise.resolve(gate?.reset?.(url)).catch(notifications.fault);
    },
    setPolicy: (next) => {
      const resolved = resolvePolicy(next);
      send({ type: 'policy.changed', policy: resolved });
      // A chart that fails is restarted with this policy.
      policy = resolved;
    },
    why,
    // The details come from the caller's sync function, so they have its type.
    on: notifications.on as SyncWorker<Details>['on'],
    changes: ({ signal } = {}) => watch.changes(signal),
    waitFor: (outcome, waitOptions = {}) => watch.waitFor(outcome, waitOptions),
    [Symbol.asyncDispose]: () => turn(false, end),
  };
}
