import type { WorkerClock } from '../clock/worker-clock.ts';
import { type ChainStore, createInfonetSync, createMemoryChain } from '../infonet/index.ts';
import type { FaultSource } from '../inspect/inspection.ts';
import { createPeerRecord, type PeerRecord } from '../policy/peer-record.ts';
import { resolvePolicy, type SyncPolicy } from '../policy/sync-policy.ts';
import { initialSyncState } from '../policy/sync-worker-state.ts';
import { describe } from '../policy/wire-fields.ts';
import { createMemoryStorage } from '../storage/memory-storage.ts';
import { createSyncWorker } from '../worker/create-sync-worker.ts';
import type { SyncWorkerNotification } from '../worker/notifications.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { createDemoPeer, createGrowingChain, type DemoPeer, peerMoods } from './demo-peer.ts';
import { type PeerName, peerNames, type Scene, scenes } from './scenes.ts';

/** The default policy's shape in seconds instead of minutes. */
export const tourPolicy: SyncPolicy = resolvePolicy({
  intervalSeconds: 2,
  failureBackoffSeconds: 2,
  failureBackoffCapSeconds: 6,
  stuckAfterSeconds: 4,
});

/** Far longer than the stuck limit, so that a peer that never answers runs into that limit. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Long enough to show the state `idle`. */
const FIRST_RUN_AFTER_SECONDS = 3;

/** The clock and the random source. */
export interface DemoPorts {
  readonly clock: WorkerClock;
  readonly random: () => number;
}

/** Leads a real worker through {@link scenes}, with demo peers on this machine, round after round. */
export interface Tour {
  readonly worker: SyncWorker;
  readonly chain: ChainStore;
  readonly peers: Readonly<Record<PeerName, DemoPeer<PeerName>>>;
  /** Lets viewers switch faults of the peers, which pauses the tour. */
  readonly faults: FaultSource;
  /** Number of completed rounds through all scenes. */
  rounds(): number;
  /** Starts the tour. `note` is called with what happens around the worker. */
  begin(note: (text: string) => void): Promise<void>;
  /** Aborts the attempt under way and stops everything that was started. */
  stop(): Promise<void>;
}

export async function prepareTour(ports: DemoPorts): Promise<Tour> {
  const { clock } = ports;
  const now = (): number => clock.now() / 1000;
  const own = createGrowingChain({ now, greeting: 'hello' });
  const another = createGrowingChain({ now, greeting: 'hello from elsewhere' });
  const all = await Promise.all(peerNames.map((label) => createDemoPeer({ label, own, another, now })));
  const peers = Object.fromEntries(all.map((peer) => [peer.label, peer])) as Tour['peers'];
  const chain = createMemoryChain();
  const nextSyncDueAt = Math.trunc(now()) + FIRST_RUN_AFTER_SECONDS;
  const worker = createSyncWorker({
    ...ports,
    sync: createInfonetSync({ chain, requestTimeoutMs: REQUEST_TIMEOUT_MS }),
    policy: tourPolicy,
    storage: createMemoryStorage({ state: { ...initialSyncState(), nextSyncDueAt } }),
  });

  let note: (text: string) => void = () => undefined;
  const timers = new Set<unknown>();
  const requestSoon = (): void => {
    const timer = clock.setTimeout(() => {
      timers.delete(timer);
      note('somebody requests a forced sync, which does not override a Retry-After');
      worker.requestSync({ force: true });
    }, 1000);
    timers.add(timer);
  };
  const player = createPlayer(
    ({ moods = {}, waits = {}, peers: names, request }) => {
      for (const { label, setMood, mood } of all) setMood(moods[label] ?? mood(), waits[label]);
      if (names !== undefined) worker.setPeers(names.map((name) => recordOf(peers[name])));
      if (request) requestSoon();
    },
    (text) => note(text),
  );
  return {
    worker,
    chain,
    peers,
    faults: faultsOf(all, player),
    rounds: player.rounds,
    begin: async (given) => {
      note = given;
      worker.on('*', player.onEvent);
      await worker.start();
      player.begin();
    },
    stop: async () => {
      for (const timer of timers) clock.clearTimeout(timer);
      await worker.stop();
      await Promise.all(all.map((peer) => peer.close()));
    },
  };
}

function recordOf({ url, label }: DemoPeer<PeerName>): PeerRecord {
  const seed = label === 'beta' ? {} : { role: 'seed', source: 'bundle' };
  return createPeerRecord({ peerUrl: url, label, ...seed });
}

/** Plays the scenes one after the other, round after round, each until the worker has reacted as the scene expects. */
interface Player {
  /** Sets up the current scene. */
  begin(): void;
  onEvent(event: SyncWorkerNotification): void;
  /** Plays the current scene from its start, or pauses. */
  play(playing: boolean): void;
  isPlaying(): boolean;
  rounds(): number;
}

function createPlayer(arrange: (scene: Scene) => void, note: (text: string) => void): Player {
  let place = 0;
  let rounds = 0;
  let timesSeen = 0;
  let playing = true;
  const begin = (): void => {
    const scene = scenes[place];
    if (scene === undefined) return;
    timesSeen = 0;
    note(scene.caption);
    arrange(scene);
  };
  return {
    begin,
    onEvent: (event) => {
      const scene = scenes[place];
      const end = event.type === 'run.finished' ? event.state.lastOutcome : event.type.replace('run.', '');
      if (!playing || scene === undefined || end !== scene.until) return;
      timesSeen += 1;
      if (timesSeen < (scene.times ?? 1)) return;
      place += 1;
      if (place === scenes.length) {
        place = 0;
        rounds += 1;
        note('that was the whole tour; it starts again');
      }
      begin();
    },
    play: (wanted) => {
      if (wanted === playing) return;
      playing = wanted;
      note(wanted ? 'the tour continues' : 'somebody takes over: the tour is paused');
      if (wanted) begin();
    },
    isPlaying: () => playing,
    rounds: () => rounds,
  };
}

const TOUR = 'the tour';
const tourSwitch = ['playing', 'paused'] as const;

/** The tour sets moods too, so it pauses when a viewer sets one, until the viewer lets it play again. */
function faultsOf(peers: readonly DemoPeer[], { isPlaying, play }: Player): FaultSource {
  return {
    switches: () => [
      { peer: TOUR, fault: tourSwitch[isPlaying() ? 0 : 1], faults: tourSwitch },
      ...peers.map(({ label, mood }) => ({ peer: label, fault: mood(), faults: peerMoods })),
    ],
    set: (label, fault) => {
      if (label === TOUR) return play(oneOf(tourSwitch, fault) === 'playing');
      const peer = peers.find((one) => one.label === label);
      if (peer === undefined) {
        const labels = peers.map((one) => one.label).join(', ');
        throw new Error(`The peer is ${describe(label)}; allowed is ${labels}`);
      }
      const mood = oneOf(peerMoods, fault);
      play(false);
      peer.setMood(mood);
    },
  };
}

function oneOf<T extends string>(allowed: readonly T[], fault: string): T {
  const found = allowed.find((one) => one === fault);
  if (found !== undefined) return found;
  throw new Error(`The fault is ${describe(fault)}; allowed is ${allowed.join(', ')}`);
}
