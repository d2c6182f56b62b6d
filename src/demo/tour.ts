import { createInfonetSync, createMemoryChain } from '../infonet/index.ts';
import type { FaultSource } from '../inspect/inspection.ts';
import { createPeerRecord, type PeerRecord } from '../policy/peer-record.ts';
import { resolvePolicy } from '../policy/sync-policy.ts';
import { initialSyncState } from '../policy/sync-worker-state.ts';
import { createMemoryStorage } from '../storage/memory-storage.ts';
import { createSyncWorker } from '../worker/create-sync-worker.ts';
import { createDemoPeer, type DemoPeer } from './demo-peer.ts';
import { startGrowingPeer } from './growing-peer.ts';
import { createScenePlayer } from './scene-player.ts';
import { type PeerName, type Scene, scenes } from './scenes.ts';
import { type DemoPorts, policyText, type Session } from './session.ts';
import { createTourFaults } from './tour-faults.ts';

/** The default policy's shape in seconds instead of minutes. */
const policy = resolvePolicy({
  intervalSeconds: 2,
  failureBackoffSeconds: 2,
  failureBackoffCapSeconds: 6,
  stuckAfterSeconds: 4,
});

/** A peer that never answers must meet the stuck limit, so a request may take far longer than that here. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Long enough for `idle` to be seen. */
const FIRST_RUN_AFTER_SECONDS = 3;

export interface Tour extends Session {
  readonly peers: Readonly<Record<PeerName, DemoPeer>>;
  readonly faults: FaultSource;
  /** How many rounds through all scenes are over. */
  rounds(): number;
}

/** A real worker that is led through {@link scenes}, against small real peers on this machine, round after round. */
export async function prepareTour(ports: DemoPorts): Promise<Tour> {
  const { clock } = ports;
  const now = (): number => clock.now() / 1000;
  const { peers, close } = await startPeers(now);
  const all = Object.values(peers);
  const chain = createMemoryChain();
  const nextSyncDueAt = Math.trunc(now()) + FIRST_RUN_AFTER_SECONDS;
  const worker = createSyncWorker({
    ...ports,
    sync: createInfonetSync({ chain, requestTimeoutMs: REQUEST_TIMEOUT_MS }),
    policy,
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
  const arrange = ({ moods = {}, peers: names, request }: Scene): void => {
    for (const peer of all) peer.setMood(moods[peer.label] ?? peer.mood());
    if (names !== undefined) worker.setPeers(names.map((name) => recordOf(peers[name])));
    if (request) requestSoon();
  };
  const player = createScenePlayer(scenes, arrange, (text) => note(text));

  return {
    worker,
    chain,
    peers,
    introduction: introduction(all),
    faults: createTourFaults({ peers: all, isPlaying: player.isPlaying, play: player.play }),
    rounds: player.rounds,
    begin: async (given) => {
      note = given;
      worker.on('*', player.onEvent);
      await worker.start();
      player.start();
    },
    stop: async () => {
      for (const timer of timers) clock.clearTimeout(timer);
      await worker.stop();
      await close();
    },
  };
}

/** Two chains, each with one real peer that serves it; all that have moods stand in front of these. */
async function startPeers(now: () => number): Promise<{ peers: Tour['peers']; close(): Promise<unknown> }> {
  const behind = await startGrowingPeer({ now, greeting: 'hello' });
  const elsewhere = await startGrowingPeer({ now, greeting: 'hello from elsewhere' });
  const start = (label: PeerName): Promise<DemoPeer> => createDemoPeer({ label, behind, elsewhere, now });
  const peers = { alpha: await start('alpha'), beta: await start('beta'), gamma: await start('gamma') };
  const all = [...Object.values(peers), behind, elsewhere];
  return { peers, close: () => Promise.all(all.map((peer) => peer.close())) };
}

function recordOf({ url, label }: DemoPeer): PeerRecord {
  const seed = label === 'beta' ? {} : { role: 'seed', source: 'bundle' };
  return createPeerRecord({ peerUrl: url, label, ...seed });
}

function introduction(peers: readonly DemoPeer[]): readonly string[] {
  const [first, ...rest] = peers.map(({ label, url }) => `${label.padEnd(6)} ${url}`);
  return [
    'infonet-sync-worker at work: the real statechart over real HTTP. Ctrl-C stops it.',
    `  peers   ${first}`,
    ...rest.map((peer) => `          ${peer}`),
    `  policy  ${policyText(policy)} (seconds here for minutes)`,
    '',
  ];
}
