import { createActor } from 'xstate';
import type { SyncWorkerActor } from '../../machines/sync-worker.contract.ts';
import { systemClock, unrefSystemClock } from '../clock/system-clock.ts';
import { systemRandom, systemReport } from '../clock/system-ports.ts';
import { createPeerList, type PeerRecordInput } from '../policy/peer-record.ts';
import { dropExpired } from '../policy/peer-updates.ts';
import { normalizePeerUrl } from '../policy/peer-url.ts';
import { MIN_RUN_GAP_SECONDS, resolvePolicy } from '../policy/sync-policy.ts';
import { initialSyncState } from '../policy/sync-worker-state.ts';
import type { SyncFunction } from '../schedule/attempt.ts';
import { explain } from '../schedule/why.ts';
import { createWorkerContext } from '../schedule/worker-context.ts';
import type { SyncWorkerEmitted } from '../schedule/worker-events.ts';
import type { SavedWorker } from '../storage/storage.ts';
import { adoptPeers, noteExcluded } from './adopt-peers.ts';
import { createEventHub } from './event-hub.ts';
import { isPeerStore, openStorage } from './open-storage.ts';
import { createSaver } from './saver.ts';
import { attachSync, sharedMachine } from './shared-machine.ts';
import { type ChangeSource, stateChanges } from './state-changes.ts';
import type { SyncWorker, SyncWorkerNotification, SyncWorkerOptions } from './sync-worker.ts';
import { waitFor } from './wait-for.ts';

/** Seconds by which the wall clock may drift between two looks before it counts as set. */
const JUMP_SECONDS = 1;

/**
 * A worker to embed: the chart, its storage and its events behind one object. It does nothing before `start()`.
 *
 * @throws RangeError for a policy option, TypeError for a peer, naming it, its value and what is allowed
 */
export function createSyncWorker(options: SyncWorkerOptions): SyncWorker {
  const { sync, random = systemRandom } = options;
  if (typeof sync !== 'function') throw new TypeError(`sync is ${typeof sync}; allowed is a function`);
  const clock = options.clock ?? (options.unref === true ? unrefSystemClock : systemClock);
  let policy = resolvePolicy(options.policy);
  const configured = isPeerStore(options.peers) ? undefined : options.peers;
  const storage = openStorage(options.storage, options.peers);
  const machine = sharedMachine(clock, random);
  const now = (): number => clock.now() / 1000;
  const elapsed = (): number => (clock.monotonic ?? clock.now)() / 1000;

  let known: SavedWorker = {
    state: initialSyncState(),
    peers: noteExcluded(createPeerList(configured ?? []), sync),
  };
  let actor: SyncWorkerActor | undefined;
  let attempt = new AbortController();
  let revival: unknown;
  let attemptBegan = 0;
  let clockAhead = 0;
  /** The start or stop under way, and whether the worker is to be running after it. */
  let change: Promise<void> = Promise.resolve();
  let wanted = false;

  const hub = createEventHub<SyncWorkerNotification>((error, event) => {
    // A listener of faults that fails itself must not be told of that.
    if (event.type === 'fault') systemReport(asError(error));
    else fault(error);
  });
  const watchers = new Set<{ readonly changed: () => void; readonly ended: () => void }>();
  const source: ChangeSource = {
    state: () => known.state,
    watch: (changed, ended) => {
      const watcher = { changed, ended };
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
  /** What went wrong is never nobody's: with no listener for it, it becomes a warning of the process. */
  const emitOrWarn = (event: SyncWorkerNotification, error: Error): void => {
    if (hub.listens(event.type)) hub.emit(event);
    else systemReport(error);
  };
  const fault = (cause: unknown): void => {
    const error = asError(cause);
    emitOrWarn({ type: 'fault', error }, error);
  };
  const saver = createSaver<SavedWorker>(storage.save, (cause) => {
    const error = asError(cause);
    emitOrWarn({ type: 'storage.failed', error }, error);
  });

  const attemptOnce: SyncFunction = async (peer, given) => {
    // Nobody is asked before it is on record, so that a crash is seen for what it is: a run left behind.
    if (!saver.isIdle()) await saver.idle();
    given.signal.throwIfAborted();
    const own = new AbortController();
    attempt = own;
    // XState does not abort the attempt of an actor that failed; this one we can abort ourselves.
    given.signal.addEventListener('abort', () => own.abort(given.signal.reason), { once: true });
    return sync(peer, { ...given, signal: own.signal });
  };

  const told = (event: SyncWorkerEmitted): void => {
    const before = known.state;
    if ('state' in event) known = { ...known, state: event.state };
    if ('peers' in event) known = { ...known, peers: event.peers };
    if ('state' in event || 'peers' in event) saver.request(known);
    if (event.type === 'attempt.started') attemptBegan = elapsed();
    const durationSeconds = elapsed() - attemptBegan;
    hub.emit(event.type === 'attempt.finished' ? { ...event, durationSeconds } : event);
    if (known.state !== before) for (const { changed } of [...watchers]) changed();
  };

  const looked = (): void => {
    const ahead = now() - elapsed();
    const seconds = ahead - clockAhead;
    if (Math.abs(seconds) < JUMP_SECONDS) return;
    clockAhead = ahead;
    hub.emit({ type: 'clock.jumped', seconds });
  };

  const launch = (): void => {
    const launched: SyncWorkerActor = createActor(machine, { clock, input: { ...known, policy } });
    actor = launched;
    clockAhead = now() - elapsed();
    attachSync(launched, attemptOnce);
    launched.on('*', told);
    launched.subscribe({
      next: looked,
      error: (error) => {
        attempt.abort(error);
        fault(new Error('The chart failed and is started again', { cause: error }));
        revival = clock.setTimeout(launch, MIN_RUN_GAP_SECONDS * 1000);
      },
    });
    launched.start();
  };

  const begin = async (): Promise<void> => {
    try {
      const saved = await storage.load((notice) =>
        emitOrWarn({ type: 'storage.notice', ...notice }, new Error(notice.message, { cause: notice.cause })),
      );
      const remembered = dropExpired(saved.peers ?? known.peers, now());
      const peers = configured === undefined ? remembered : adoptPeers(configured, remembered, now());
      known = { state: saved.state ?? known.state, peers: noteExcluded(peers, sync) };
    } catch (error) {
      wanted = false;
      throw error;
    }
    launch();
  };

  const end = async (): Promise<void> => {
    clock.clearTimeout(revival);
    attempt.abort(new Error('The worker was stopped'));
    actor?.stop();
    await saver.flush();
    for (const { ended } of [...watchers]) ended();
    await storage.close?.();
  };

  const context = (): ReturnType<typeof createWorkerContext> =>
    actor?.getSnapshot().context ?? createWorkerContext({ ...known, policy });
  /** One start or stop after the other, whatever became of the one before. */
  const turn = (want: boolean, act: () => Promise<void>): Promise<void> => {
    if (wanted === want) return want ? change : change.catch(() => undefined);
    wanted = want;
    change = change.then(act, act);
    return change;
  };
  const sent = (event: Parameters<SyncWorkerActor['send']>[0]): void => {
    if (actor === undefined || !wanted) throw new Error('The worker is not running; start() it first');
    actor.send(event);
  };

  return {
    get state() {
      return known.state;
    },
    get peers() {
      return known.peers;
    },
    get actor() {
      return actor;
    },
    get snapshot() {
      return actor?.getSnapshot();
    },
    start: () => turn(true, begin),
    stop: () => turn(false, end),
    requestSync: ({ force = false } = {}) => {
      sent({ type: 'sync.requested', force });
      return explain(context(), now());
    },
    setPeers: (peers: readonly (string | PeerRecordInput)[]) => {
      sent({ type: 'peers.changed', peers: noteExcluded(createPeerList(peers), sync) });
    },
    peerSeen: (peerUrl) => {
      sent({ type: 'peer.seen', peerUrl: normalizePeerUrl(peerUrl) });
    },
    resetPeer: (peerUrl, { force = false } = {}) => {
      sent({ type: 'peer.reset', peerUrl: normalizePeerUrl(peerUrl), force });
    },
    setPolicy: (next) => {
      const resolved = resolvePolicy(next);
      sent({ type: 'policy.changed', policy: resolved });
      // A chart that fails is started again with this one.
      policy = resolved;
    },
    why: () => explain(context(), now()),
    on: hub.on,
    changes: ({ signal } = {}) => stateChanges(source, signal),
    waitFor: (outcome, waitOptions = {}) => waitFor(source, outcome, clock, waitOptions),
    [Symbol.asyncDispose]: () => turn(false, end),
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
