import { basename, join } from 'node:path';
import { systemNow } from '../../clock/system-ports.ts';
import { type ControlServerOptions, serveControl } from '../../control/control-server.ts';
import type { ChainStore } from '../../infonet/chain/chain-store.ts';
import { trackGates } from '../../infonet/gate-directory.ts';
import { readHostPort } from '../../infonet/host-port.ts';
import { createInfonetSync, type InfonetSync } from '../../infonet/pull/infonet-sync.ts';
import { createInfonetPeer, type InfonetPeer } from '../../infonet/serve/infonet-peer.ts';
import { inspectWorker } from '../../inspect/inspect-worker.ts';
import { createRecorder } from '../../inspect/recording/recorder.ts';
import { writeRecording } from '../../inspect/recording/recording.ts';
import { serveOperations } from '../../operations/serve-operations.ts';
import { traceWorker } from '../../operations/trace-worker.ts';
import type { ShownChain } from '../../operations/worker-status.ts';
import { messageOf } from '../../policy/thrown.ts';
import { createSyncWorker } from '../../worker/create-sync-worker.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import { CommandFailed, FAILED } from '../exit-status.ts';
import { openFolderChain } from '../folder/open-chain.ts';
import { shortPath } from '../folder/reach-node.ts';
import type { Host } from '../host.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import { pick, policyKeys, type Settings } from '../settings/settings.ts';
import type { Closers } from './closers.ts';
import { hydrateNode } from './hydrate-node.ts';
import { pagesOf } from './inspector-pages.ts';
import { type NodeReporter, openReporter } from './node-reporter.ts';
import { type NodeStorage, openNodeStorage } from './open-node-storage.ts';
import { createReplaceableSync, readTransport, type TransportOptions } from './transport.ts';

/** A node at work. */
export interface Node {
  readonly worker: SyncWorker;
  readonly reporter: NodeReporter;
  readonly reread: NodeStorage['reread'];
  /** Another transport, from the next attempt on. */
  setTransport(options: TransportOptions): void;
}

/**
 * Opens the folder, the chain and all that was asked for, and starts the worker.
 *
 * @throws what keeps it from starting; what was opened until then is among the closers
 */
export async function startNode(host: Host, resolved: ResolvedSettings, closers: Closers): Promise<Node> {
  const { settings } = resolved;
  const { data, peers } = settings;
  const transport = await readTransport(settings);
  const { storage, reread, release } = await openNodeStorage({ folder: data, peers, now: systemNow });
  closers.add('the data folder', release);
  const folderChain = await openFolderChain(data);
  closers.add('the chain', () => folderChain.close());
  const trackedChain = await trackGates(folderChain);
  const hydrated = settings.hydrate ? await hydrateNode(data, trackedChain, closers) : undefined;
  const chain = hydrated?.chain ?? trackedChain;

  let reporter: NodeReporter | undefined;
  const syncBy = (options: TransportOptions): InfonetSync =>
    createInfonetSync({
      ...options,
      chain,
      onProgress: (progress) => reporter?.progress(progress),
      onChainSetAside: (place) =>
        reporter?.warn(
          { event: 'chain.set-aside', place },
          `a forked chain gave way; it is kept as ${place}`,
        ),
    });
  const { sync, replace } = createReplaceableSync(syncBy(transport));
  const worker = createSyncWorker({ sync, storage, policy: pick(settings, policyKeys) });
  const opened = openReporter({ host, settings, worker, chain });
  reporter = opened;
  hydrated?.reportTo(opened);
  closers.add('the log', () => opened.stop());
  closers.add('the tracing', traceWorker(worker));

  const listeners: InfonetPeer[] = [];
  const shown = { ...chain, serving: () => listeners.map((listener) => listener.serving()) };
  const node = { host, settings, worker, chain: shown, reporter: opened, closers };
  await serveChain(node, chain, listeners);
  const recording = settings.record ? keepRecording(node) : undefined;
  // Before a peer is asked: a port that is taken would break off a run, and what is counted counts from the first one.
  await openPorts(node);
  closers.add('the worker', () => worker.stop());
  await worker.start();
  reportStart(node, resolved);
  await openControl(node, { recording, messages: hydrated });
  return { worker, reporter: opened, reread, setTransport: (options) => replace(syncBy(options)) };
}

/** What the parts of a node are opened with. */
interface NodeParts {
  readonly host: Host;
  readonly settings: Settings;
  readonly worker: SyncWorker;
  readonly chain: ShownChain;
  readonly reporter: NodeReporter;
  readonly closers: Closers;
}

/** The listeners that were asked for: one for everybody, and one for the onion service. */
async function serveChain(
  { settings, reporter, closers }: NodeParts,
  chain: ChainStore,
  listeners: InfonetPeer[],
): Promise<void> {
  const { serve, servePrivate, serveRequestsPerMinute, serveTotalRequestsPerMinute } = settings;
  const open = async (
    flag: string,
    place: { host?: string; port?: number; private: boolean },
  ): Promise<void> => {
    const limits = {
      requestsPerWindow: serveRequestsPerMinute,
      totalRequestsPerWindow: serveTotalRequestsPerMinute,
      windowSeconds: 60,
    };
    const peer = await createInfonetPeer({ chain, ...limits, ...place }).catch((cause: unknown) => {
      const reason = messageOf(cause);
      throw new CommandFailed(FAILED, `${reason}; choose another address with ${flag}`, { cause });
    });
    closers.add(`the listener of ${flag}`, () => peer.close());
    listeners.push(peer);
    const what = place.private ? 'the whole chain, private events too,' : 'the public events of the chain';
    reporter.info(
      { event: 'node.serving', url: peer.url, private: place.private },
      `serves ${what} at ${peer.url}, ${serveRequestsPerMinute} requests a minute and caller`,
    );
  };
  if (serve !== false) await open('--serve', { ...readHostPort(serve), private: false });
  if (servePrivate !== false) {
    await open('--serve-private', { host: '127.0.0.1', port: servePrivate, private: true });
  }
}

/** Keeps the last 10,000 events of the last hour for `record`. Returns the function that writes them. */
function keepRecording({ worker, closers }: NodeParts): () => string {
  const recorder = createRecorder(worker, 'worker', { maxLines: () => 10_000, maxSeconds: 3600 });
  recorder.observe();
  closers.add('the recorder', () => recorder.close());
  return () => writeRecording(recorder.since(0));
}

/** What was asked for of HTTP and the inspector. */
async function openPorts({ settings, worker, chain, reporter, closers }: NodeParts): Promise<void> {
  const { http, inspect } = settings;
  if (http !== false) {
    const { url, close } = await serveOperations({ worker, chain, port: http });
    closers.add('the HTTP server', close);
    reporter.info({ event: 'node.http', url }, `${url}/status, /healthz, /readyz and /metrics`);
  }
  if (inspect === false) return;
  const chains = { worker: chain };
  const inspection = await inspectWorker(worker, { ...(await pagesOf(settings)), port: inspect, chains });
  closers.add('the inspector', () => inspection.close());
  const { url, partUrls } = inspection;
  reporter.info({ event: 'node.inspector', url, partUrls }, `inspect it at ${[url, ...partUrls].join(', ')}`);
}

/** The socket by which the other commands reach it. */
async function openControl(
  node: NodeParts,
  more: Pick<ControlServerOptions, 'recording' | 'messages'>,
): Promise<void> {
  const { host, settings, worker, chain, reporter, closers } = node;
  const { data } = settings;
  try {
    const onNotice = (message: string): void => reporter.warn({ event: 'node.control' }, message);
    const folder = shortPath(data, host.cwd());
    const control = await serveControl({ folder, worker, chain, onNotice, ...more });
    closers.add('the control socket', () => control.close());
    const path = join(data, basename(control.path));
    reporter.info({ event: 'node.control', path }, `reached through ${path}`);
  } catch (error) {
    // Without it the node syncs all the same; only status, why, sync-now and peers do not reach it.
    const reason = messageOf(error);
    reporter.error({ event: 'node.control' }, `it cannot be reached by other commands: ${reason}`);
  }
}

function reportStart(
  { host, worker, reporter }: NodeParts,
  { settings, configFile, notes }: ResolvedSettings,
): void {
  const peers = worker.peers.filter((peer) => peer.bucket === 'sync').length;
  reporter.info(
    { event: 'node.started', pid: host.pid, data: settings.data, config: configFile, peers },
    `process ${host.pid} syncs into ${settings.data}, from ${peers} ${peers === 1 ? 'peer' : 'peers'}`,
  );
  for (const note of notes) reporter.warn({ event: 'node.note' }, note);
  for (const { peerUrl, rule, detail } of worker.why().peers) {
    if (rule === 'excluded') {
      reporter.warn({ event: 'node.peer-excluded', peer: peerUrl }, `${peerUrl} is not asked: ${detail}`);
    }
  }
  if (peers > 0) return;
  const how = `sync-worker peers add URL --data ${settings.data}`;
  reporter.warn({ event: 'node.no-peers' }, `there is no peer to sync from; add one: ${how}`);
}
