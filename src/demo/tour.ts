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

/** A peer that never answers must meet the stuck limit, so a request may take far longer than that here. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Long enough for `idle` to be seen. */
const FIRST_RUN_AFTER_SECONDS = 3;

/** Time and chance, from outside. */
export interface DemoPorts {
  readonly clock: WorkerClock;
  readonly random: () => number;
}

/** A real worker that is led through {@link scenes}, against small peers on this machine, round after round. */
export interface Tour {
  readonly worker: SyncWorker;
  readonly chain: ChainStore;
  readonly peers: Readonly<Record<PeerName, DemoPeer<PeerName>>>;
  /** Lets a viewer break and mend the peers. Whoever does that has the tour stand still. */
  readonly faults: FaultSource;
  /** How many rounds through all scenes are over. */
  rounds(): number;
  /** Begins; what happens around the worker is noted. */
  begin(note: (text: string) => void): Promise<void>;
  /** Aborts the attempt under way and frees all that was started. */
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
      note('somebody asks to sync now, by force: no way round a Retry-After');
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

/** Plays the scenes one after the other, round after round, each until the worker did what the scene waits for. */
interface Player {
  /** Arranges the present scene. */
  begin(): void;
  onEvent(event: SyncWorkerNotification): void;
  /** Goes on with the present scene from its beginning, or stands still. */
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
        note('that was all of it; once more from the start');
      }
      begin();
    },
    play: (wanted) => {
      if (wanted === playing) return;
      playing = wanted;
      note(wanted ? 'the tour goes on' : 'somebody takes over: the tour stands still');
      if (wanted) begin();
    },
    isPlaying: () => playing,
    rounds: () => rounds,
  };
}

const TOUR = 'the tour';
const tourSwitch = ['plays', 'stands still'] as const;

/** The tour changes moods of its own: it stands still until it is to play again. */
function faultsOf(peers: readonly DemoPeer[], { isPlaying, play }: Player): FaultSource {
  return {
    switches: () => [
      { peer: TOUR, fault: tourSwitch[isPlaying() ? 0 : 1], faults: tourSwitch },
      ...peers.map(({ label, mood }) => ({ peer: label, fault: mood(), faults: peerMoods })),
    ],
    set: (label, fault) => {
      if (label === TOUR) return play(oneOf(tourSwitch, fault) === 'plays');
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
