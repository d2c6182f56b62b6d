import type { PeerRecord } from '../policy/peer-record.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import type { Labels, MetricSet } from './metric-set.ts';

const ATTEMPT_OUTCOMES = ['ok', 'error', 'fork', 'held', 'stuck'];
const RUN_OUTCOMES = ['ok', 'error', 'fork', 'solo', 'stuck', 'withdrawn'];

export interface CountOptions {
  readonly metrics: MetricSet;
  /** Labels of every series. */
  readonly own: Labels;
  /** Whether each peer has its own series. */
  readonly byPeer: boolean;
}

/** Whether a peer has series. A removed one that is remembered only for its Retry-After has none. */
export function isMeasured(peer: PeerRecord): boolean {
  return peer.bucket === 'sync' && !peer.removed;
}

/** Counts the events of a worker. @returns a function that stops counting and releases the worker's series */
export function countEvents(worker: Pick<SyncWorker, 'on' | 'peers'>, options: CountOptions): () => void {
  const { metrics, own, byPeer } = options;
  const labelsOf = (peer: string): Labels => (byPeer ? { peer, ...own } : own);
  const holdAttempts = (labels: Labels): (() => void)[] => [
    ...ATTEMPT_OUTCOMES.map((outcome) => metrics.hold(metrics.attempts, { ...labels, outcome })),
    metrics.hold(metrics.retryAfters, labels),
  ];
  /** Functions that release the series of each peer. */
  const peers = new Map<string, (() => void)[]>();
  const follow = (list: readonly PeerRecord[]): void => {
    if (!byPeer) return;
    const present = new Set(list.filter(isMeasured).map(({ peerUrl }) => peerUrl));
    for (const [peer, held] of peers) {
      if (present.has(peer)) continue;
      peers.delete(peer);
      for (const letGo of held) letGo();
    }
    for (const peer of present) if (!peers.has(peer)) peers.set(peer, holdAttempts(labelsOf(peer)));
  };
  const attempted = (peer: string, outcome: string, asksToWait: boolean): void => {
    // Do not bring back the series of a peer that was removed during its attempt.
    if (byPeer && !peers.has(peer)) return;
    metrics.attempts.inc({ ...labelsOf(peer), outcome });
    if (asksToWait) metrics.retryAfters.inc(labelsOf(peer));
  };

  follow(worker.peers);
  const ends = [
    ...RUN_OUTCOMES.map((outcome) => metrics.hold(metrics.runs, { outcome, ...own })),
    ...ATTEMPT_OUTCOMES.map((outcome) => metrics.hold(metrics.attemptSeconds, { outcome, ...own })),
    metrics.hold(metrics.storageFailures, own),
    metrics.hold(metrics.faults, own),
    ...(byPeer ? [] : holdAttempts(own)),
    worker.on('peers.changed', (event) => follow(event.peers)),
    worker.on('run.finished', ({ state }) => metrics.runs.inc({ outcome: state.lastOutcome, ...own })),
    worker.on('run.stuck', (event) => {
      follow(event.peers);
      attempted(event.peerUrl, 'stuck', false);
      metrics.runs.inc({ outcome: 'stuck', ...own });
    }),
    worker.on('run.withdrawn', (event) => {
      follow(event.peers);
      metrics.runs.inc({ outcome: 'withdrawn', ...own });
    }),
    worker.on('attempt.finished', ({ peerUrl, peers: list, result, durationSeconds }) => {
      follow(list);
      const { outcome } = result;
      attempted(peerUrl, outcome, result.outcome === 'error' && result.retryAfterSeconds > 0);
      // An embedder's clock may return nonsense, or be a wall clock that was set back. One such value would spoil the sum for
      // good.
      const isDuration = durationSeconds >= 0 && durationSeconds <= Number.MAX_SAFE_INTEGER;
      if (isDuration) metrics.attemptSeconds.observe({ outcome, ...own }, durationSeconds);
    }),
    worker.on('storage.failed', () => metrics.storageFailures.inc(own)),
    worker.on('fault', () => metrics.faults.inc(own)),
  ];
  return () => {
    for (const end of ends) end();
    for (const held of peers.values()) for (const letGo of held) letGo();
    peers.clear();
  };
}
